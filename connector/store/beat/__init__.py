"""What beat asks of the ledger: what is due, who is alive, what stands."""
