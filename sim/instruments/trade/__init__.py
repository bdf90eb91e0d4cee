"""Measures on trade."""
