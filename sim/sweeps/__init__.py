"""Many scenarios that differ in some parameters: which, where they run, and what is kept of them."""
