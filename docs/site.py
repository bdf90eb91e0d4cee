"""What the documentation site adds to these pages: maths as MathML, and a reference made from tables and schemas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from latex2mathml.converter import convert
from mkdocs.structure.files import File

from sim.cli import app
from sim.cli.list import HEADERS, KINDS, MEANINGS, rows
from sim.instruments.base import KINDS as INSTRUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
FENCED = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<![\\$])\$([^$\n]+(?:\n[^$\n]+)?)\$")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put every page of an instrument, every list and every decision into the navigation."""
    assert config.nav is not None
    kinds = [f"instruments/{kind}.md" for kind in sorted(INSTRUMENTS)]
    listed = [f"reference/{kind}.md" for kind in KINDS if kind != "instruments"]
    decisions = sorted(file.relative_to(ROOT / "docs").as_posix() for file in (ROOT / "docs/decisions").glob("*.md"))
    reference = ["reference/commands.md", "reference/instruments.md", *listed]
    config.nav += [{"Instruments": kinds}, {"Reference": reference}, {"Decisions": decisions}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the front page, the pages of instruments and decisions, and the reference."""
    pages = {"index.md": (ROOT / "README.md").read_text(encoding="utf-8").replace("](docs/", "](")}
    pages |= {f"reference/{kind}.md": _listed(kind) for kind in KINDS if kind != "instruments"}
    pages["reference/instruments.md"] = "\n\n".join(_instruments())
    pages["reference/commands.md"] = "\n\n".join(_commands())
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: Any) -> str:  # noqa: ANN401  (what mkdocs hands over)
    """Turn maths into MathML outside code, and links to the folder of instruments into one to their list."""
    del page
    parts = FENCED.split(markdown.replace("instruments/)", "reference/instruments.md)"))
    return "".join(part if i % 2 else _with_maths(part) for i, part in enumerate(parts))


def _with_maths(text: str) -> str:
    text = DISPLAY.sub(lambda found: convert(found[1], display="block"), text)
    return INLINE.sub(lambda found: convert(found[1].replace("\n", " ")), text)


def _listed(kind: str) -> str:
    """What `monazite list` says of a kind of name."""
    return f"# {kind.capitalize()}\n\n{MEANINGS[kind].capitalize()}.\n\n" + _table(HEADERS[kind], rows(kind))


def _table(headers: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    written = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(headers), ["---"] * len(headers), *written])


def _instruments() -> Iterator[str]:
    """A section a kind, with the fields that a scenario may write."""
    yield "# Instruments"
    yield f"{MEANINGS['instruments'].capitalize()}. A field without a default must be written."
    for kind in sorted(INSTRUMENTS):
        schema = INSTRUMENTS[kind].model_json_schema()
        yield f"## {kind}"
        yield f"{(INSTRUMENTS[kind].__doc__ or '').splitlines()[0]} [More](../instruments/{kind}.md)."
        yield _table(("field", "default", "what it is"), _fields(schema, schema.get("$defs", {})))


def _fields(schema: Mapping[str, Any], parts: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str, str]]:
    """Fields of a part of a scenario, and of the parts within it."""
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = "" if name in required else f"`{field['default']}`" if field.get("default") is not None else "–"
        yield f"`{above}{name}`", default if name not in required else "", field.get("description", "")
        for one in (field, field.get("items", {}), *field.get("anyOf", ()), *field.get("allOf", ())):
            inner = parts.get(str(one.get("$ref", "")).rpartition("/")[2], {})
            yield from _fields(inner, parts, f"{above}{name}.")


def _commands() -> Iterator[str]:
    """What `--help` says of each command."""
    command = typer.main.get_command(app)
    yield "# Commands"
    for name in command.list_commands(None):  # type: ignore[attr-defined, arg-type]
        found = command.get_command(None, name)  # type: ignore[attr-defined, arg-type]
        yield f"## monazite {name}\n\n{(found.help or '').strip()}"
        options = ((", ".join(one.opts), getattr(one, "help", "") or one.name) for one in found.params)
        yield _table(("argument or option", "what it does"), ((f"`{flag}`", text) for flag, text in options))
