"""Changes to the ledger's tables, oldest first. Expand in one release, contract in a later one."""
