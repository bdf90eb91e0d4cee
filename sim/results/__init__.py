"""Metrics to tables; tables to a folder, written whole or not at all; and back."""
