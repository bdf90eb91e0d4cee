"""What is recorded, on small replicates."""
