"""What results say beside one another."""
