"""Helpers of the Python tests: running the program, small TorchScript models, pictures."""
