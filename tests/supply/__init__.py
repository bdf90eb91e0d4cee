"""Projects: slips, decisions, ramps, outages, closures; each with a number that a hand can check."""
