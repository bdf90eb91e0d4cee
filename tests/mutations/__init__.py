"""Mutations of files that people write: whatever is done to a valid one, it is taken or refused in words.

`text.py`, `csv_tables.py` and `yaml_files.py` spoil a file, `cases.py` chooses what is spoilt and how, by kind, seed
and number, `reading.py` reads it as a command does, `effects.py` asks whether what was taken changed anything. In the
suite a few hundred are tried; ``python -m tests.mutations --count 20000 --seed 1 --workers 2`` tries many more.
"""
