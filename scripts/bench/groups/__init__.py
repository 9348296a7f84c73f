"""What can be measured; each module is one group of rows."""
