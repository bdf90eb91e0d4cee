"""Reserves: stocks that are held for a purpose, put together of the same parts."""
