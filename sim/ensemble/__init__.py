"""Many worlds side by side: streams, state, clock, what is recorded."""
