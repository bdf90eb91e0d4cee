"""Names that were others once: who writes an old one is shown the new one, and a quantity keeps its draws."""

from __future__ import annotations

NEW_NAMES = {
    "alarm_fade": "announcement_fade",
    "alarm_hold": "announcement_hold",
    "anchor_rate": "reference_rate",
    "anchor_return": "reference_return",
    "anchor_slowdown": "reference_slowdown",
    "barred": "restriction",
    "draws": "drawdown",
    "fill_floor": "fill_rate_floor",
    "hoarding_alarm": "hoarding_announcement",
    "line_prices": "expansion_prices",
    "line_recipes": "expansion_recipes",
    "lines": "expansions",
    "maker_adjustment_time": "producer_adjustment_time",
    "maker_cover": "producer_cover",
    "makers": "producers",
    "supply_line_weight": "on_order_weight",
}
_FIRST_NAMES = {new: old for old, new in NEW_NAMES.items()}


def first_name(path: str) -> str:
    """The path of a quantity in the names that it had first: the key of its random stream.

    Examples
    --------
    >>> first_name("parameters.reference_rate"), first_name("instruments.drawdown.drawdown.ordinary")
    ('parameters.anchor_rate', 'instruments.drawdown.draws.ordinary')
    """
    parts = path.split(".")
    given = 2 if parts[0] == "instruments" else 0  # an instrument has the name that its user gives it
    return ".".join([*parts[:given], *(_FIRST_NAMES.get(part, part) for part in parts[given:])])
