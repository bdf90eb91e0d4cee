"""What reserves are worth: losses avoided by scenario, by sector, and by what is assumed.

Run it from the project's root: ``python bench/reserves.py [REPLICATES] [--write]``. It prints three tables in Markdown;
``--write`` puts them in docs/reserves.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sim
from bench.mechanisms import placed

PAGE = Path(__file__).parents[1] / "docs" / "reserves.md"
BASE = "no-reserve"
SCENARIOS = (
    "vault", "vault-emergency-only", "vault-market-making", "vault-demand-aggregation", "vault-fill-in-a-tight-market",
    "vault-full-in-2025", "collective-reserves",
)  # fmt: skip
VAULT = "instruments.project-vault"
LICENCES_ONLY = {"horizon.end": "2026-12-31"}
ASSUMED: Mapping[str, Mapping[str, str]] = {
    "as it is": {},
    "members a tenth of use": {f"{VAULT}.members.share": "10 %"},
    "members a third of use": {f"{VAULT}.members.share": "35 %"},
    "30 days of cover": {f"{VAULT}.holdings.magnets.cover": "30 days"},
    "120 days of cover": {f"{VAULT}.holdings.magnets.cover": "120 days"},
    "filled in a year": {f"{VAULT}.fill.time": "1 year"},
    "filled in four years": {f"{VAULT}.fill.time": "4 years"},
    "no ceiling on prices": {f"{VAULT}.fill.ceiling": "null"},
    "declared on the day": {f"{VAULT}.drawdown.declared.after": "0 days"},
    "declared after three months": {f"{VAULT}.drawdown.declared.after": "90 days"},
    "never declared: half of their cover at all times": {f"{VAULT}.drawdown.declared.after": "3650 days"},
    "buys on while one is declared": {f"{VAULT}.fill.pauses": "false"},
    "2 % of the money is for rare earths": {f"{VAULT}.part": "2 %"},
    "members give up 40 % of their own cover": {f"{VAULT}.influence.buffers": "40 %"},
    "sellers ask a tenth more": {f"{VAULT}.influence.sellers": "10 %"},
    "a fifth less is licensed towards the US": {f"{VAULT}.influence.licences": "20 %"},
    "oxides and metals alone": {f"{VAULT}.holdings.magnets.cover": "0 days"},
    "magnets alone": {f"{VAULT}.holdings.metals.cover": "0 days", f"{VAULT}.holdings.oxides.cover": "0 days"},
}


def main(arguments: Sequence[str]) -> None:
    """Run everything and lay out the tables."""
    replicates = next((int(a) for a in arguments if a.isdigit()), 200)
    base = run(BASE, replicates)
    found = {name: sim.compare(base, run(name, replicates)).table for name in SCENARIOS}
    found["allies alone"] = sim.compare(base, run("vault-and-allies", replicates, {f"{VAULT}.budget": "0 USD"})).table
    found["vault-and-allies"] = sim.compare(base, run("vault-and-allies", replicates)).table
    early = run(BASE, replicates, LICENCES_ONLY)
    full = {
        "vault-full-in-2025, to the end of 2026": sim.compare(
            early, run("vault-full-in-2025", replicates, LICENCES_ONLY)
        ).table
    }
    leans = {name: sim.compare(base, run("vault", replicates, given)).table for name, given in ASSUMED.items()}
    tables = {
        "scenarios": scenarios({**found, **full}),
        "sectors": sectors(
            {
                "ban of 2028 (`vault`)": found["vault"],
                "licences of 2025 (`vault-full-in-2025`)": next(iter(full.values())),
            }
        ),
        "leans": scenarios(leans),
    }
    for name, table in tables.items():
        print(f"\n{table}")
        if "--write" in arguments:
            PAGE.write_text(placed(PAGE.read_text("utf-8"), name, table), "utf-8")


def run(name: str, replicates: int, given: Mapping[str, str] = {}) -> sim.Result:
    """Run a scenario that ships."""
    print(name, dict(given), file=sys.stderr)
    return sim.run(sim.load(name, {"ensemble.replicates": str(replicates), **given}), workers=2)


def scenarios(found: Mapping[str, Any]) -> str:
    """A row a scenario: loss avoided in the US and in all, cost, avoided per dollar, magnets bought and released."""
    head = (
        "avoided in the US, bn USD",
        "in all",
        "net cost, million USD",
        "avoided per dollar",
        "magnets bought, t",
        "released, t",
    )
    lines = [f"| | {' | '.join(head)} |", "|---|---|---|---|---|---|---|"]
    for name, table in found.items():
        loss = table[(table.metric == "value_added_lost") & (table.sector == "*") & (table.commodity == "")]
        cost = table[table.metric == "reserve_net_cost"]
        ratio = table[(table.metric == "loss_avoided_per_dollar") & (table.instrument == "project-vault")]
        tonnes = [_magnets(table, metric) for metric in ("reserve_purchased", "reserve_drawn")]
        lines.append(
            f"| {name} | {_avoided(loss[loss.region == 'US'])} | {_avoided(loss[loss.region == '*'])} | "
            f"{cost.other_mean.sum() / 1e6:.1f} | {_ratio(ratio)} | {tonnes[0]:.0f} | {tonnes[1]:.0f} |"
        )
    return "\n".join(lines)


def sectors(found: Mapping[str, Any]) -> str:
    """A row a sector of the US: loss without a reserve and what of it is avoided."""
    lines = ["| | " + " | ".join(f"{name}: lost, bn USD | avoided, bn USD" for name in found) + " |"]
    lines.append("|---" * (1 + 2 * len(found)) + "|")
    rows = []
    for table in found.values():
        loss = table[(table.metric == "value_added_lost") & (table.region == "US") & (table.commodity == "")]
        rows.append(loss.set_index("sector"))
    for sector in rows[0].sort_values("base_mean", ascending=False).index:
        if rows[0].base_mean[sector] >= 1e8:
            cells = [f"{one.base_mean[sector] / 1e9:.2f} | {_avoided(one.loc[[sector]])}" for one in rows]
            lines.append(f"| {'all' if sector == '*' else sector} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _avoided(rows: Any) -> str:  # noqa: ANN401  (a table)
    """Mean and interval, bn USD; a loss avoided is a difference below zero."""
    if rows.empty:
        return "–"
    row = rows.iloc[0]
    return f"{-row.difference / 1e9:.2f} [{-row.high95 / 1e9:.2f}, {-row.low95 / 1e9:.2f}]"


def _ratio(rows: Any) -> str:  # noqa: ANN401
    """Mean and interval."""
    return (
        "–" if rows.empty else f"{rows.difference.iloc[0]:,.0f} [{rows.low95.iloc[0]:,.0f}, {rows.high95.iloc[0]:,.0f}]"
    )


def _magnets(table: Any, metric: str) -> float:  # noqa: ANN401
    """Tonnes of all reserves."""
    rows = table[(table.metric == metric) & table.commodity.str.startswith("magnet.")]
    return float(rows.other_mean.sum())


if __name__ == "__main__":
    main(sys.argv[1:])
