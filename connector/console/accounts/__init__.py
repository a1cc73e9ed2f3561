"""Pages of accounts: signing in and out, one's own account, and who else there is."""
