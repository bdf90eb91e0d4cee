"""Names in the result of a sweep: its files, the states of its points, and the column of folders of tables."""

POINTS = "points.csv"
BASE = "scenario.yaml"
DONE, FAILED, MISSING = "done", "failed", "missing"
SEEDS = "seeds"
