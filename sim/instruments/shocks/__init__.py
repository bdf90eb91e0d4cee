"""What befalls supply and demand."""
