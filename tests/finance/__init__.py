"""Money: what a dollar is worth, loans, contracts, books."""
