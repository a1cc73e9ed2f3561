"""The audit trail: events chained by hash, sealed, verified."""
