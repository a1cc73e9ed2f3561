"""The only place that speaks SQL: the ledger."""
