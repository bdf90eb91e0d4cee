"""The benchmark runs, and its numbers hang together."""

import json

import pytest

from bench import throughput

pytestmark = pytest.mark.xdist_group("processes")


@pytest.mark.slow
def test_the_last_line_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    throughput.main(["--replicates", "3", "--ticks", "4", "--repeat", "1"])
    *tables, last = capsys.readouterr().out.splitlines()
    facts = json.loads(last)
    assert facts["ratio"] == pytest.approx(facts["oracle_ms"] / facts["engine_ms"])
    assert facts["passes"] == pytest.approx(sum(facts["passes_by_step"].values()), abs=0.1)
    assert facts["engine_ms"] * facts["replicates"] < facts["run_ms"]
    assert 0 < facts["tick_share"] < 1
    assert {"recording", "instruments", "prices"} < facts["passes_by_step"].keys()
    assert any("building the world" in line for line in tables)


def test_what_is_watched_inside_counts_only_for_itself() -> None:
    """Of the time of the whole, the part takes all: what is left is little."""
    watch = throughput.Watch()
    part = watch.timed("part", lambda: sum(range(300_000)))
    watch.timed("whole", part)()
    assert watch.seconds["whole"] < watch.seconds["part"]
