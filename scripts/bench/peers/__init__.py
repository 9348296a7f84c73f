"""What a user would run instead of the program. Each file is a script of its own."""
