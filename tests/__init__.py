"""Proofs, layer by layer; tests/worlds.py makes the small worlds they run on."""
