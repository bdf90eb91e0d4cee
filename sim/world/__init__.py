"""The base year: tables, arrays, balance."""
