"""Each equation on numbers worked by hand, each step on a tiny world."""
