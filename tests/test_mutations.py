"""A wrong sign in an equation fails a test of its file: one is put in on purpose, in a copy of the package."""

from __future__ import annotations

import ast
import json
import os
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


SERVER = """
import json, os, sys
import pydantic, pytest, scipy.special, simpy, yaml
import sim.ensemble.draws, sim.ensemble.clock, sim.files.distributions, sim.finance.ledger, sim.world.build
for line in sys.stdin:
    asked = json.loads(line)
    if not (child := os.fork()):
        os.dup2(os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        os._exit(pytest.main(asked["arguments"]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs tests in a process that has imported the libraries and the rooms below the market, but nothing of the market."""


class Copy:
    """The package, its tests and its parameters, to be spoilt, and a process that runs tests on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("sim", "tests", "seeds"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(folder)}
        self.server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", SERVER],
            cwd=folder,
            env=alone,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tested(self, *arguments: str) -> tuple[int, str]:
        """Run tests; the exit code of pytest, and what it said."""
        assert self.server.stdin
        assert self.server.stdout
        said = self.folder / "said.txt"
        print(json.dumps({"said": str(said), "arguments": arguments}), file=self.server.stdin, flush=True)
        return int(self.server.stdout.readline()), said.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy to be spoilt."""
    made = Copy(tmp_path_factory.mktemp("copy"))
    with made.server:
        yield made
        assert made.server.stdin
        made.server.stdin.close()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize(("step", "name"), MUTANTS)
def test_a_flipped_sign_fails_a_test(copy: Copy, step: str, name: str) -> None:
    """The tests of the file alone, on the copy."""
    file = copy.folder / f"sim/market/{step}.py"
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source)
    sign = dict(signs(tree))[name]
    sign.op = SIGNS[type(sign.op)]()
    file.write_text(ast.unparse(tree), encoding="utf-8")
    code, said = copy.tested("-qx", "-p", "no:hypothesispytest", f"tests/market/test_{step}.py")
    file.write_text(source, encoding="utf-8")
    assert code == 1, f"line {sign.lineno}: {ast.unparse(sign)} survives\n{said[-2000:]}"
    assert "1 failed" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_the_copy_as_it_is_fails_none(copy: Copy) -> None:
    code, said = copy.tested("-qx", "-p", "no:hypothesispytest", "tests/market/test_forms.py")
    assert (code, "passed" in said) == (0, True), said
