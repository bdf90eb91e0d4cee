"""The principles of the code, tried on the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "sim").rglob("*.py"))
MARKET = sorted((ROOT / "sim" / "market").glob("*.py"))
NAMES = re.compile(r"[Nn]eodym|[Cc]hin(a|ese)\b|[Vv]ault|Lynas|\"(CN|US|Nd|Dy)\"")
LOOPS = re.compile(
    r"for \w+ in range\((R|replicates|width|self\.replicates|replicates)\)|np\.vectorize|apply_along_axis"
)


def without_docstrings(file: Path) -> str:
    """The code of a file, without the words that explain it."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [s for s in body if not _is_text(s)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_the_engine_knows_no_proper_name(file: Path) -> None:
    assert not NAMES.search(re.sub(r"description=[^\n]*", "", without_docstrings(file)))


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_nobody_loops_over_replicates(file: Path) -> None:
    assert not LOOPS.search(file.read_text())


@pytest.mark.parametrize("file", MARKET, ids=lambda f: f.name)
def test_the_market_asks_for_no_kind(file: Path) -> None:
    code = without_docstrings(file)
    assert "isinstance" not in code or file.name == "tick.py"  # which tells kernels from hooks
    assert "kind ==" not in code
    assert "import pandas" not in code


def test_the_path_of_a_tick_imports_no_heavy_library() -> None:
    heavy = ("pandas", "scipy.stats", "scipy.optimize", "matplotlib")
    rooms = ("ensemble", "market", "instruments", "supply", "finance")
    for room in rooms:
        for file in (ROOT / "sim" / room).rglob("*.py"):
            assert not any(name in file.read_text() for name in heavy), file


def test_equations_that_code_cites_exist() -> None:
    page = set(re.findall(r"\(eq\. (\d+\.\d+)\)", (ROOT / "docs" / "model.md").read_text()))
    for file in FILES:
        cited = re.findall(r"eq\. (\d+\.\d+)", file.read_text())
        assert set(cited) <= page, f"{file.name} cites {sorted(set(cited) - page)}"


def test_equations_of_the_page_are_cited_by_code() -> None:
    page = set(re.findall(r"\(eq\. (\d+\.\d+)\)", (ROOT / "docs" / "model.md").read_text()))
    code = " ".join(file.read_text() for file in FILES)
    cited = set(re.findall(r"eq\. (\d+\.\d+)", code)) | set(_ranges(code))
    assert page <= cited, f"nobody computes {sorted(page - cited)}"


def _ranges(code: str) -> list[str]:
    """Equations meant by «eq. 7.4 to 7.11», «eq. 7.5, 7.6, 7.10» and «eq. 8.5 and 8.6»."""
    found = []
    for section, first, last in re.findall(r"eq\. (\d+)\.(\d+) to \d+\.(\d+)", code):
        found += [f"{section}.{n}" for n in range(int(first), int(last) + 1)]
    for listed in re.findall(r"eq\. ([\d., and]+)", code):
        found += re.findall(r"\d+\.\d+", listed)
    return found
