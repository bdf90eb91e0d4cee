"""Scenario files: read, merged, checked against their schema and the names of the world, and written back."""
