"""No coefficient in the code of the model: numbers are rows of seeds/parameters.csv."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "sim"
FILES = sorted(file for room in ("market", "supply", "finance") for file in (ROOT / room).glob("*.py"))
PLAIN = {0, 1, 2, -1}
EXACT = {0.044715}  # of the normal distribution function, Page (1977)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_coefficient_in_code(file: Path) -> None:
    """Every literal number is 0, 1, 2 or -1, or an exact constant."""
    literals = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)]
    numbers = [n for n in literals if type(n.value) in (int, float) and n.value not in PLAIN | EXACT]
    assert not numbers, "name it in seeds/parameters.csv: " + ", ".join(f"line {n.lineno}" for n in numbers)
