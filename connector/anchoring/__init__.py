"""Seals of the audit trail, written down and stamped where whoever changes the database cannot reach."""
