"""What holds in every world: rest, mass, signs, units, ticks, owners."""
