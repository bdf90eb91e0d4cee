"""What is recorded, on small worlds."""
