"""Postgres itself: connections, transactions, patience, and what its failures mean."""
