"""Of text to plain data to checked data."""
