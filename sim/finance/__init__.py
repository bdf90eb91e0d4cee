"""Money: books that balance, what capital costs, what a promise of a price is worth (docs/model.md, section 11)."""
