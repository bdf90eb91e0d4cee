"""What is recorded of the replicates of a chunk: series, metrics, events, and the check of mass."""
