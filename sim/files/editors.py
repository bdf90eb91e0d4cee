"""JSON Schema for editors: quantities stated once, and a looser reading for files that extend another."""

from __future__ import annotations

from typing import Any, TypeAlias

from sim.units import DIMENSIONS, WHOLE_DAYS, show

Json: TypeAlias = dict[str, Any]
WITH_UNIT = {
    dimension.name.partition(" ")[2].replace(" ", "-"): dimension
    for dimension in (*DIMENSIONS, WHOLE_DAYS)
    if not dimension.is_plain
}
DEFS = "#/$defs/"
LOOSE = "extension."


def stated_once(schema: Any, definitions: Json) -> Any:  # noqa: ANN401
    """Move every named part to the definitions, and leave a reference with the description in its place."""
    if isinstance(schema, list):
        return [stated_once(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {key: stated_once(value, definitions) for key, value in schema.items()}
    if "x-ref" in inside:
        inside["$ref"] = DEFS + inside.pop("x-ref")
    name, text = inside.pop("x-name", "").replace(" ", "-"), inside.pop("x-text", "")
    if not name:
        return inside
    definitions[name] = {"description": text, "anyOf": inside.pop("anyOf")}
    described = f"{inside['description']}: {text}" if "description" in inside else text
    return _default_as_written(inside, name) | {"$ref": f"{DEFS}{name}", "description": described}


def _default_as_written(schema: Json, name: str) -> Json:
    """Give the default of a quantity with its unit."""
    default = schema.get("default")
    dimension = WITH_UNIT.get(name.removeprefix("uncertain-"))
    if dimension is not None and isinstance(default, int | float):
        return schema | {"default": show(default, dimension)}
    return {key: value for key, value in schema.items() if key != "default" or not isinstance(value, dict)}


def loosened(schema: Any) -> Any:  # noqa: ANN401
    """Let nothing be required, null reset a value, and named things be removed."""
    if isinstance(schema, list):
        return [loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    loose = {key: value if key == "if" else loosened(value) for key, value in schema.items() if key != "required"}
    if "$ref" in loose:
        loose["$ref"] = loose["$ref"].replace(DEFS, DEFS + LOOSE)
    if isinstance(loose.get("properties"), dict):
        properties = {name: {"anyOf": [{"type": "null"}, inside]} for name, inside in loose["properties"].items()}
        loose["properties"] = properties | ({"remove": {"const": True}} if "name" in properties else {})
    return loose
