"""Which goods and arcs a control covers."""

from __future__ import annotations

import pytest

from sim.files.quantities import Names
from sim.instruments.parts.scope import Coverage, look_alike_arcs, outward_arcs
from sim.world.build import World, build
from tests.driver import tables
from tests.worlds import MARGINS, ROUTES


def world() -> World:
    """Three regions, of which the first mines all clay."""
    return build(tables(regions=("HO", "AB", "CE")), MARGINS, routes=ROUTES)


def names(world: World, arcs: object) -> set[tuple[str, str, str]]:
    """Arcs by name."""
    return {world.arcs.names[int(a)] for a in arcs}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("covers", "goods"),
    [
        ({"elements": ["Bb"]}, {"concentrate.rock", "concentrate.clay", "oxide.Bb", "magnet.rich"}),
        ({"elements": ["Bb"], "stages": ["oxide", "magnet"]}, {"oxide.Bb", "magnet.rich"}),
        ({"elements": ["Bb"], "share_above": "10 %"}, {"concentrate.clay", "oxide.Bb"}),
        ({"elements": "all", "stages": "oxide"}, {"oxide.Aa", "oxide.Bb"}),
        ({"elements": "all-Aa", "stages": "magnet", "commodities": ["oxide.Aa"]}, {"oxide.Aa", "magnet.rich"}),
        ({"commodities": "magnet.*"}, {"magnet.plain", "magnet.rich"}),
    ],
)
def test_goods_are_covered_by_what_they_hold_or_by_name(covers: dict[str, object], goods: set[str]) -> None:
    """magnet.rich holds 3 % of Bb, rock concentrate 6 %."""
    assert Coverage.model_validate(covers).covered(world()) == goods


def test_only_what_leaves_towards_those_named_is_covered() -> None:
    """Not at home, not from others, not towards CE."""
    here = world()
    arcs = outward_arcs(here, "HO", frozenset({"oxide.Bb", "magnet.rich"}), Names(text="all-CE"))
    assert names(here, arcs) == {("oxide.Bb", "HO", "AB"), ("magnet.rich", "HO", "AB")}
    assert sorted(arcs.tolist()) == arcs.tolist()


def test_look_alikes_share_a_customs_code_and_a_way() -> None:
    """Magnets share a code; plain ones over the arcs of rich ones look like them."""
    here = world()
    covered = outward_arcs(here, "HO", frozenset({"oxide.Bb", "magnet.rich"}), Names(text="AB"))
    assert names(here, look_alike_arcs(here, covered)) == {("magnet.plain", "HO", "AB")}


def test_what_is_covered_is_no_look_alike() -> None:
    """Both magnets covered: none is left."""
    here = world()
    covered = outward_arcs(here, "HO", frozenset({"magnet.plain", "magnet.rich"}), Names(text="all"))
    assert len(look_alike_arcs(here, covered)) == 0
