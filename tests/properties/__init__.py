"""What holds in every replicate: rest, mass, signs, units, ticks, owners."""
