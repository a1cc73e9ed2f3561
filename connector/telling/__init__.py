"""Telling people of alerts: what a message says, and the ways it goes: e-mail, webhook, Slack, Teams."""
