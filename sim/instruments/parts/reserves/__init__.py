"""What reserves are put together of."""
