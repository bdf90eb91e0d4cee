"""Text to plain data to checked data; knows YAML, knows no model."""
