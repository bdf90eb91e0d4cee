"""What instruments hold in common: calendars, queues, eligibility."""
