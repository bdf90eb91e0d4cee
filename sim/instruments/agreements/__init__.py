"""What several sides agree on: tariffs, priority, stocks; and what reserves release together."""
