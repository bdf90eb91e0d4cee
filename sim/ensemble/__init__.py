"""Many replicates side by side: streams, state, clock, what is recorded."""
