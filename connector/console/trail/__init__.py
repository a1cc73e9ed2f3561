"""The audit trail: who did what, and proof that nobody changed it since."""
