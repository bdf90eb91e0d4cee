"""What editors know of scenario files: a JSON schema of all that may be written."""

from __future__ import annotations

from typing import Any

from sim.files.editors import DEFS, LOOSE, loosened, stated_once
from sim.instruments.base import KINDS
from sim.scenario.scenario import Scenario


def json_schema() -> dict[str, Any]:
    """Describe scenario files, for editors: by kind of instrument, and looser where a file extends another."""
    whole = Scenario.model_json_schema()
    definitions: dict[str, Any] = {"instrument": _instrument_schema()}
    definitions |= whole.pop("$defs", {})
    for word, kind in KINDS.items():
        schema = kind.model_json_schema()
        definitions |= schema.pop("$defs", {}) | {word: schema}
    definitions["scenario"] = whole
    once: dict[str, Any] = {}
    once |= {name: stated_once(definition, once) for name, definition in definitions.items()}
    loose = {LOOSE + name: loosened(definition) for name, definition in once.items()}
    extends = {"description": "files that this one changes", "type": ["string", "array"], "items": {"type": "string"}}
    loose[f"{LOOSE}scenario"]["properties"]["extends"] = extends
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of monazite",
        "if": {"required": ["extends"]},
        "then": {"$ref": f"{DEFS}{LOOSE}scenario"},
        "else": {"$ref": f"{DEFS}scenario"},
        "$defs": once | loose,
    }


def _instrument_schema() -> dict[str, Any]:
    """Choose by kind, so that an editor's complaints are about that kind only."""
    return {
        "type": "object",
        "required": ["name", "kind"],
        "properties": {"name": {"type": "string"}, "kind": {"enum": sorted(KINDS)}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": word}}, "required": ["kind"]}, "then": {"$ref": f"{DEFS}{word}"}}
            for word in sorted(KINDS)
        ],
    }
