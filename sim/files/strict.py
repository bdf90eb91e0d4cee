"""What every part of a scenario is: a strict model whose faults are reported in our own words, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator

from sim.errors import Mistake, MistakeError, mistake, suggest

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

Wording: TypeAlias = tuple[str, str]
WORDINGS: dict[str, Wording] = {  # pydantic's name of a fault: what was found, what is right
    "list_type": ("{input} is not a list", "Write [a, b], or one item a line after a dash."),
    "tuple_type": ("{input} is not a list", "Write [a, b], or one item a line after a dash."),
    "dict_type": ("{input} is not a map", "Write `key: value`, one a line."),
    "string_type": ("{input} is not text", "Write one name or text."),
    "int_type": ("{input} is not a whole number", "Write it in digits, such as 7."),
    "int_parsing": ("{input} is not a whole number", "Write it in digits, such as 7."),
    "int_from_float": ("{input} is not a whole number", "Write it in digits, such as 7."),
    "float_type": ("{input} is not a number", "Write it in digits, such as 1.5."),
    "float_parsing": ("{input} is not a number", "Write it in digits, such as 1.5."),
    "finite_number": ("{input} is not a number", "Write it in digits, such as 1.5."),
    "bool_type": ("{input} is neither true nor false", "Write true or false."),
    "bool_parsing": ("{input} is neither true nor false", "Write true or false."),
    "greater_than_equal": ("{input} is below {ge}", "The least is {ge}."),
    "greater_than": ("{input} is not above {gt}", "Write more than {gt}."),
    "less_than_equal": ("{input} is above {le}", "The most is {le}."),
    "less_than": ("{input} is not below {lt}", "Write less than {lt}."),
    "too_short": ("there is nothing in it", "Write at least {min_length}."),
}


class Model(BaseModel):
    """A part of a scenario: unknown keys are refused, nothing changes later, null means the default."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _in_own_words(cls, data: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:  # noqa: ANN401
        """Validate, and raise what is wrong as mistakes."""
        if isinstance(data, cls):
            return data
        if not isinstance(data, Mapping):
            raise mistake(f"{_quoted(data)} stands where keys are wanted", f"Keys: {', '.join(keys_of(cls))}.")
        keys = keys_of(cls)
        given = {key: value for key, value in data.items() if value is not None or key not in keys}
        try:
            return handler(given)
        except ValidationError as error:
            raise MistakeError(m for one in error.errors() for m in _mistakes(one, cls)) from None


def keys_of(model: type[Model]) -> dict[str, FieldInfo]:
    """Fields of a model by the keys that a file writes them with."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """List what is wrong with data that a model did not take."""
    return [m for one in error.errors() for m in _mistakes(one, Model)]


def _mistakes(error: ErrorDetails, model: type[Model]) -> Iterator[Mistake]:
    """Say one of pydantic's faults in our words."""
    path, cause = error["loc"], error.get("ctx", {}).get("error")
    if isinstance(cause, MistakeError):
        yield from cause.under(*path).items
    elif isinstance(cause, ValidationError):
        yield from MistakeError(mistakes_of(cause)).under(*path).items
    else:
        yield Mistake(path, *_wording(error, model), at_key=error["type"] == "extra_forbidden")


def _wording(error: ErrorDetails, model: type[Model]) -> Wording:
    name = str(error["loc"][-1]) if error["loc"] else ""
    ctx = {key: f"{value:g}" if isinstance(value, float) else value for key, value in error.get("ctx", {}).items()}
    if error["type"] == "missing":
        return "it is missing", _meaning(model, name)
    if error["type"] == "extra_forbidden":
        return f"there is no key {name!r} here", suggest(name, keys_of(model))
    if error["type"] == "literal_error":
        known = re.findall(r"'([^']*)'", ctx["expected"])
        return f"{_quoted(error['input'])} is not known here", suggest(str(error["input"]), known)
    found, right = WORDINGS.get(error["type"], ("{input} does not fit here", _meaning(model, name)))
    return found.format(input=_quoted(error["input"]), **ctx), right.format(**ctx)


def _meaning(model: type[Model], name: str) -> str:
    field = keys_of(model).get(name)
    return f"Write `{name}`: {field.description}." if field and field.description else f"Write `{name}`."


def _quoted(value: object) -> str:
    if isinstance(value, Mapping):
        return "a map"
    return "a list" if isinstance(value, list | tuple) else repr(value)
