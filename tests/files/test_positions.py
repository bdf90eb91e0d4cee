"""YAML reads as it looks, with places; whatever is in a file, what comes is a tree or one of our own messages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.files.positions import LARGEST_FILE, plain, read_file, read_text, show_path


@pytest.mark.parametrize("text", ["NO", "on", "1e3", "010", "1:30", "2025-04-04", "0x1F", "1_000", "nan", "=", "true"])
def test_a_scalar_stays_the_text_it_looks_like(text: str) -> None:
    assert plain(read_text(f"a: {text}", "x.yaml")) == {"a": text}


def test_only_an_unquoted_null_is_nothing() -> None:
    assert plain(read_text("{a: null, b: ~, d: 'null', e: ''}", "x.yaml")) == {
        "a": None, "b": None, "d": "null", "e": "",
    }  # fmt: skip


def test_every_value_knows_its_line_and_column() -> None:
    root = read_text("a: 1\nb:\n  - {name: x, c: 3}\n", "x.yaml")
    node, rest = root.nearest(("b", 0, "c", "d"))
    assert (str(node.place), rest) == ("x.yaml:3:18", ("d",))
    assert node.key is not None
    assert node.key.column == 15


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes("\ufefftitle: Grüße\n".encode())
    assert plain(read_file(tmp_path / "x.yaml", [])) == {"title": "Grüße"}


def test_a_large_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("[" * (LARGEST_FILE + 1))
    with pytest.raises(InputError, match="over 1 MB"):
        read_file(tmp_path / "x.yaml", [])


@pytest.mark.parametrize("name", ["nowhere.yaml", "."])
def test_what_cannot_be_read_is_reported(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_file(tmp_path / name, [])


def test_a_character_that_text_does_not_have_is_reported_with_its_line() -> None:
    with pytest.raises(InputError, match=r"x\.yaml:2: .*number 0"):
        read_text("a: 1\nb: \0\n", "x.yaml")


@pytest.mark.parametrize("opened", ["[", "{a: ", "- "])
def test_what_is_nested_without_end_is_reported(opened: str) -> None:
    with pytest.raises(InputError):
        read_text(opened * 20_000, "x.yaml")


def test_names_with_dots_stand_in_brackets() -> None:
    assert show_path(("a", "b.c", 0, "d")) == "a[b.c][0].d"


@given(st.text(alphabet=st.sampled_from("ab:-# \n\t[]{}*&!|>'\"%@`?,.\\\x00é\u2028"), max_size=40))
def test_no_text_gives_a_traceback(text: str) -> None:
    try:
        plain(read_text(text, "x.yaml"))
    except InputError as error:
        assert all(problem.right for problem in error.problems)  # noqa: PT017  (there may be none)
