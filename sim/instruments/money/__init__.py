"""What governments pay, lend and promise so that others build."""
