"""Tests of the base year: tables, balance."""
