"""Tests of what results say beside one another."""
