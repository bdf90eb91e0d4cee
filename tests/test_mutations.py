"""A wrong sign in an equation fails a test of its file: one is put in on purpose, in a copy of the package."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MARKET = [path.stem for path in sorted((ROOT / "sim/market").glob("*.py"))]
SIGNS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


def signs(tree: ast.Module) -> Iterator[tuple[str, ast.BinOp | ast.AugAssign]]:
    """The first plus or minus of each function and class of a file, with its name."""
    for definition in tree.body:
        if isinstance(definition, ast.FunctionDef | ast.ClassDef):
            operations = [n for n in ast.walk(definition) if isinstance(n, ast.BinOp | ast.AugAssign)]
            found = [n for n in operations if type(n.op) in SIGNS]
            if found:
                yield definition.name, min(found, key=lambda n: (n.lineno, n.col_offset))


MUTANTS = [
    (step, name)
    for step in MARKET
    for name, _ in signs(ast.parse((ROOT / f"sim/market/{step}.py").read_text(encoding="utf-8")))
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, its tests and its parameters, to be spoilt."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("sim", "tests", "seeds"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("step", "name"), MUTANTS)
def test_a_flipped_sign_fails_a_test(copy: Path, step: str, name: str) -> None:
    """The tests of the file alone, on the copy."""
    file = copy / f"sim/market/{step}.py"
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    sign = dict(signs(tree))[name]
    sign.op = SIGNS[type(sign.op)]()
    file.write_text(ast.unparse(tree), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:hypothesispytest", f"tests/market/test_{step}.py"]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)  # noqa: S603
    file.write_text(source, encoding="utf-8")
    assert done.returncode == 1, f"line {sign.lineno}: {ast.unparse(sign)} survives\n{done.stdout[-2000:]}"
