"""What instruments hold in common: scopes, calendars, queues."""
