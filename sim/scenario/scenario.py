"""A scenario: what a file may say, with every default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    WithJsonSchema,
    WrapValidator,
    field_serializer,
    model_validator,
)

from sim.definitions.variables import variables
from sim.ensemble.correlation import Correlated
from sim.errors import Mistake, Problem, mistake
from sim.files import distributions, writing
from sim.files.positions import Node, as_node, problem
from sim.files.quantities import (
    Count,
    Date,
    Model,
    Names,
    UncertainNumber,
    WholeDays,
    uncertain_schema,
)
from sim.scenario.fields import (
    MONTH,
    AnyInstrument,
    FacilityChange,
    FolderName,
    Uncertain,
    Version,
    WindowName,
    World,
    read_every,
    read_facilities,
    read_parameters,
    read_projects,
    read_record,
)
from sim.units import DIMENSIONS, WHOLE_DAYS, dimension_of, show

DEFAULT_SEED = 20260204
ALL = "all"


class Horizon(Model):
    """The days that are simulated."""

    start: Date = Field(description="first day")
    end: Date = Field(description="last day")
    tick: WholeDays = Field(default=7, description="time from one settlement of the market to the next")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Horizon:
        if self.end < self.start:
            raise mistake(f"{self.end} is before start, {self.start}", "The last day comes after the first.", "end")
        return self


class Ensemble(Model):
    """How many replicates there are, and where their draws come from."""

    replicates: Count = Field(default=100, ge=1, le=10**9, description="number of replicates")
    seed: Count = Field(default=DEFAULT_SEED, description="of all draws: the same seed, the same replicates")
    uncertain: bool = Field(default=True, description="false puts every distribution at its median")


class Uncertainty(Model):
    """What of the world replicates draw."""

    tables: Literal["drawn", "fixed"] = Field(
        default="drawn", description="numbers of tables, by ranges.csv; fixed: as the tables have them"
    )
    parameters: Literal["calibrated", "prior", "fixed"] = Field(
        default="prior",
        description="parameters of the model; calibrated: with the tables, in vectors that past episodes leave; "
        "fixed: at their medians where the scenario gives none",
    )


class Part(Model):
    """A part of the horizon: every metric is reported for it, too."""

    name: WindowName = Field(description="stands in the column `window` of summary.csv and replicates.csv")
    first: Date = Field(alias="from", description="its first day")
    last: Date = Field(alias="to", description="its last day")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Part:
        if self.last < self.first:
            raise mistake(f"{self.last} is before from, {self.first}", "The last day comes after the first.", "to")
        return self


class Outputs(Model):
    """What is kept of the series."""

    windows: tuple[Part, ...] = Field(
        default=(), description="parts of the horizon of which metrics are reported again"
    )

    record: Annotated[
        tuple[str, ...],
        PlainValidator(read_record, json_schema_input_type=Names),
        PlainSerializer(lambda record: ALL if set(record) == set(variables()) else list(record)),
    ] = Field(
        default=read_record(["price_spot", "stock", "exports"]),
        description="variables to keep; all keeps every item of each",
    )
    every: Annotated[
        int | str,
        PlainValidator(read_every),
        PlainSerializer(lambda every: MONTH if every == MONTH else show(every, WHOLE_DAYS)),
        WithJsonSchema({"type": "string"}),
    ] = Field(
        default=28,
        description="time from one row of a series to the next, such as 4 weeks, or `month`",
        json_schema_extra={"default": "28 days"},
    )
    paths: Count = Field(default=0, description="number of replicates whose own series are kept")

    @property
    def everything(self) -> bool:
        """Whether every item of every variable is kept."""
        return set(self.record) == set(variables())


class Scenario(Model):
    """A question to the engine: when, how many replicates, and what governments, consortia and chance do."""

    monazite: Version = Field(description="version of scenario files")
    name: FolderName = Field(description="names the result folder")
    title: str = Field(default="", description="the question, in plain words")
    horizon: Horizon = Field(description="the days that are simulated")
    ensemble: Ensemble = Field(default=Ensemble(), description="how many replicates")
    uncertainty: Uncertainty = Field(default=Uncertainty(), description="what of the world replicates draw")
    instruments: tuple[AnyInstrument, ...] = Field(default=(), description="what happens, and what is done about it")
    parameters: Annotated[
        dict[str, UncertainNumber],
        PlainValidator(read_parameters),
        WithJsonSchema(
            {"type": "object", "additionalProperties": {"anyOf": [uncertain_schema(unit) for unit in DIMENSIONS]}}
        ),
    ] = Field(default={}, description="parameters of the model that differ here, by name")
    projects: Annotated[Names, PlainValidator(read_projects, json_schema_input_type=Names)] = Field(
        default=Names(text="all"), description="projects that may come, by name; [] for a world without any"
    )
    facilities: Annotated[dict[str, FacilityChange], WrapValidator(read_facilities)] = Field(
        default={}, description="facilities that differ here, by name"
    )
    correlate: tuple[Correlated, ...] = Field(default=(), description="uncertain numbers whose draws belong together")
    world: World = Field(default="", description="tables of another base year or other minerals that ship, by name")
    seeds: tuple[str, ...] = Field(default=(), description="folders of tables laid over those that ship")
    outputs: Outputs = Field(default=Outputs(), description="what is kept of the series")

    _root: Node | None = PrivateAttr(None)
    _units: Mapping[str, str] = PrivateAttr({})
    _command: str = PrivateAttr("monazite run …")

    @field_serializer("parameters")
    def _written_parameters(self, parameters: dict[str, Uncertain]) -> dict[str, object]:
        dimensions = {name: dimension_of(self._units.get(name, "")) for name in parameters}
        return {name: distributions.written(value, dimensions[name]) for name, value in parameters.items()}

    def problem(self, found: Mistake) -> Problem:
        """Give a mistake in this scenario its place in the file it comes from."""
        return problem(self._root or as_node({}), found)

    @property
    def command(self) -> str:
        """The command line that runs it as it was read, with what was laid over its file."""
        return self._command

    def to_yaml(self, *, origins: bool = False) -> str:
        """Write it with every default filled in: running that again gives the same."""
        return writing.to_yaml(self.model_dump(by_alias=True), (self._root or as_node({})) if origins else None)


def to_yaml(scenario: Scenario, *, origins: bool = False) -> str:
    """Write a scenario with every default filled in, and behind each value where it comes from if wanted."""
    return scenario.to_yaml(origins=origins)
