"""Who gets what there is: rules of a government on goods that have arrived."""
