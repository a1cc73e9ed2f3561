"""What commands work on: the ledger itself, or with ``--server`` the API of a console that has one."""
