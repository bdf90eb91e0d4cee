"""`monazite schema`: what editors complete and check against."""

import json


def schema() -> None:
    """Print the JSON Schema of scenario files."""
    from sim.scenario.schema import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
