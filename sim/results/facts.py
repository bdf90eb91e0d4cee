"""Manifests read back: whoever opens a result asks here; what was damaged or edited is reported once, with its file."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sim.errors import InputError, Place, Problem
from sim.files.changes import read_scenario
from sim.files.positions import read_file
from sim.results.manifest import sha256

MANIFEST, SCENARIO = "manifest.json", "scenario.yaml"
AGAIN = "It was damaged or edited after it was written: make the result again with --overwrite."
REPORTED, SHOWN = 3, 40  # faults of a message, characters of a value in it
KINDS = {
    "int": "a whole number",
    "float": "a number",
    "string": "a text",
    "list": "a list",
    "dict": "a map",
    "model": "a map",
}


def _plain(name: str) -> str:
    """Refuse a name that could lead out of the folder; a file may lie in a folder of it."""
    if set(name.split("/")) & {"", ".", ".."} or set(name) & set("\\:\0"):
        raise ValueError("not the name of a file in the folder")
    return name


Files = dict[Annotated[str, AfterValidator(_plain)], str]


class _Strict(BaseModel):
    """A number is a number and a text a text; what else stands there is none of our business."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Design(_Strict):
    """How points were chosen."""

    kind: Literal["grid", "list", "latin_hypercube", "sobol"]


class _Rows(_Strict):
    """How many rows each table of a sweep has."""

    summary: int
    replicates: int


class _Sweep(_Strict):
    """What the manifest of a sweep says of its points."""

    paths: list[str]
    points: Annotated[int, Field(ge=0)]
    design: _Design
    metrics: list[str]
    rows: _Rows
    versions: dict[str, str] = Field(default_factory=dict)
    seeds: dict[str, str] = Field(default_factory=dict)
    scenario: str = ""
    digest: str = ""
    done: int = 0


class _Metric(_Strict):
    """What a metric means."""

    unit: str
    by: list[str]
    better: Literal["lower", "higher", "neither"]
    definition: str
    headline: bool = False
    reported: bool = False


class _Variable(_Strict):
    """What a series means."""

    unit: str
    kind: Literal["flow", "level", "ratio"]
    by: list[str]
    definition: str


class _Definitions(_Strict):
    """What names mean, in the words of the version that computed."""

    metrics: dict[str, _Metric] = Field(default_factory=dict)
    variables: dict[str, _Variable] = Field(default_factory=dict)


class _Facts(_Strict):
    """What the manifest of any result says."""

    monazite: str
    name: str
    seeds: dict[str, str]
    seed: int
    replicates: Annotated[int, Field(ge=1)]
    headline: list[str] = Field(default_factory=list)
    definitions: _Definitions = Field(default_factory=_Definitions)
    files: Files
    sweep: _Sweep | None = None


_FILES = TypeAdapter(Files, config=ConfigDict(strict=True))


def read_facts(folder: Path) -> dict[str, Any] | None:
    """Give the manifest of a result folder, checked; None where there is none.

    Raises
    ------
    InputError
        There is one, and it is not what was written.
    """
    file = folder / MANIFEST
    try:
        text = file.read_text(encoding="utf-8-sig")
        found = json.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except json.JSONDecodeError as error:
        raise InputError(
            Problem(Place(str(file), error.lineno, error.colno), f"it is no JSON: {error.msg}", AGAIN)
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(Problem(Place(str(file)), f"it cannot be read: {error}", AGAIN)) from None
    if not isinstance(found, dict):
        raise InputError(Problem(Place(str(file), 1), "it is no map of facts", AGAIN))
    try:
        _Facts.model_validate(found)
    except ValidationError as error:
        raise InputError(_damaged(file, text, error)) from None
    return found


def files_of(manifest: object) -> Mapping[str, str] | None:
    """Names and hashes of the files that a manifest accounts for; None if it does not say so."""
    if not (isinstance(manifest, dict) and "monazite" in manifest):
        return None
    try:
        return _FILES.validate_python(manifest.get("files"))
    except ValidationError:
        return None


def scenario_of(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Give the resolved scenario of a result as text; one that was changed is a scenario still.

    Raises
    ------
    InputError
        It is gone, or it is no scenario any more.
    """
    file = folder / SCENARIO
    if file.is_file() and sha256(file) == manifest["files"].get(SCENARIO):
        return file.read_text(encoding="utf-8")
    problems: list[Problem] = []
    read_file(file, problems)  # says what is wrong with it, and where
    if problems:
        raise InputError(problems)
    text = file.read_text(encoding="utf-8-sig")
    try:
        read_scenario(text)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        found = f"it is no scenario: {str(error).splitlines()[0]}"
        raise InputError(Problem(Place(str(file)), found, AGAIN)) from None
    return text


def _damaged(file: Path, text: str, error: ValidationError) -> Problem:
    """Tell the first faults of a manifest in one message, at the line of the first."""
    faults = list(_faults(error))
    more = f", and {len(faults) - REPORTED} more" if len(faults) > REPORTED else ""
    key = str(error.errors()[0]["loc"][0])
    before, found, _ = text.partition(f'"{key}"')
    line = before.count("\n") + 1 if found else 0
    return Problem(Place(str(file), line), f"{'; '.join(faults[:REPORTED])}{more}", AGAIN)


def _faults(error: ValidationError) -> Iterator[str]:
    """Say in our words what a manifest lacks, or has and should not have."""
    for one in error.errors():
        path = ".".join(str(step) for step in one["loc"] if step != "[key]")
        if one["type"] == "missing":
            yield f"{path} is missing"
            continue
        value = str(one["input"])
        shown = repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}…") if isinstance(one["input"], str) else value
        kind = KINDS.get(one["type"].partition("_")[0], "")
        why = f"not {kind}" if kind and one["type"].endswith(("_type", "_parsing")) else _why(one)
        yield f"{path} is {shown[: 2 * SHOWN]}, {why}"


def _why(one: Mapping[str, Any]) -> str:
    """Say why a value is refused."""
    context = one.get("ctx", {})
    return f"and should be at least {context['ge']}" if "ge" in context else str(context.get("error", one["msg"]))
