"""What programs do to whole files: other separators, other line ends, another encoding, half of it lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.mutations.dice import Dice

Spoil = Callable[[bytes, Dice], bytes]


def _cut(data: bytes, dice: Dice) -> bytes:
    return data[: dice.below(len(data)) + 1]


def _doubled_line(data: bytes, dice: Dice) -> bytes:
    lines = data.splitlines(keepends=True)
    at = dice.below(len(lines))
    return b"".join([*lines[: at + 1], *lines[at:]])


def _lost_line(data: bytes, dice: Dice) -> bytes:
    lines = data.splitlines(keepends=True)
    at = dice.below(len(lines))
    return b"".join([*lines[:at], *lines[at + 1 :]])


def _odd_byte(data: bytes, dice: Dice) -> bytes:
    at = dice.below(len(data))
    return data[:at] + dice.pick([b"\x00", b"\xff", b"\xe9", b"\x80", b'"', b"'", b"\r", b"\x1a"]) + data[at:]


def _recoded(data: bytes, encoding: str) -> bytes:
    return data.decode().replace("÷", "ä").encode(encoding, "replace")


WHOLE: Mapping[str, Spoil] = {
    "it is cut off": _cut,
    "it is empty": lambda data, _: b"",
    "it is a line end": lambda data, _: b"\n",
    "it has a byte order mark": lambda data, _: b"\xef\xbb\xbf" + data,
    "it has line ends of Windows": lambda data, _: data.replace(b"\n", b"\r\n"),
    "it has line ends of an old Mac": lambda data, _: data.replace(b"\n", b"\r"),
    "it is Latin-1": lambda data, _: _recoded(data + "# Größe\n".encode(), "latin-1"),
    "it is UTF-16": lambda data, _: _recoded(data, "utf-16"),
    "a line is there twice": _doubled_line,
    "a line is lost": _lost_line,
    "an odd byte is in it": _odd_byte,
    "it is of another kind": lambda data, dice: dice.pick(
        [b"PK\x03\x04\x14\x00", b"%PDF-1.7", b"<html>", b"{}", b"[]"]
    ),
    "it is there twice": lambda data, _: data + data,
}
"""What may be done to a file, by what it is called."""

EXTENSIONS = (".txt", ".CSV", ".csv.csv", ".xlsx", ".yml", "")
