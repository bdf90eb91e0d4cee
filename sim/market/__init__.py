"""One tick of the market, a file a step (docs/model.md)."""
