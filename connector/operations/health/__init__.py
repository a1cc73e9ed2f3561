"""Whether all is well: doctor, what beat watches, and a ledger that was restored."""
