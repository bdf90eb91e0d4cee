"""Metrics, variables and events: what their names mean, declared where they arise; and what they are about."""
