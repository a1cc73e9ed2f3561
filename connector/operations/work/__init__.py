"""The work as an operator sees and steers it: records, runs, dead letters, the audit trail."""
