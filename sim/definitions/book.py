"""Definitions that travel with a result, so that it is read in the words of the version that computed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.definitions.metrics import METRICS, Metric
from sim.definitions.variables import VARIABLES, Variable

METRIC = ("unit", "by", "better", "definition", "headline", "reported")
VARIABLE = ("unit", "kind", "by", "definition")


@dataclass(frozen=True)
class Definitions:
    """What metrics and variables mean, by name."""

    metrics: Mapping[str, Metric]
    variables: Mapping[str, Variable]

    def better(self, name: str) -> str:
        """Which way is better; neither of a metric that nobody defines."""
        return self.metrics[name].better if name in self.metrics else "neither"

    def __or__(self, others: Definitions) -> Definitions:
        """Those of both; where both define a name, the words of the first."""
        return Definitions({**others.metrics, **self.metrics}, {**others.variables, **self.variables})

    def written(self) -> dict[str, Any]:
        """As a manifest holds them."""
        return {
            "metrics": {name: {key: getattr(one, key) for key in METRIC} for name, one in self.metrics.items()},
            "variables": {name: {key: getattr(one, key) for key in VARIABLE} for name, one in self.variables.items()},
        }


NO_DEFINITIONS = Definitions({}, {})


def declared() -> Definitions:
    """Those of this version, as far as the modules that declare them are imported."""
    return Definitions(dict(METRICS), dict(VARIABLES))


def read_definitions(facts: Mapping[str, Any]) -> Definitions:
    """Those of a manifest; none, if it is of a version that did not write them."""
    found = facts.get("definitions", {})
    metrics, variables = found.get("metrics", {}), found.get("variables", {})
    return Definitions(
        {name: Metric(name, **{**_known(one, METRIC), "by": tuple(one["by"])}) for name, one in metrics.items()},
        {name: Variable(name, **{**_known(one, VARIABLE), "by": tuple(one["by"])}) for name, one in variables.items()},
    )


def _known(one: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: one[key] for key in keys if key in one}
