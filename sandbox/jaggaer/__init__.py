"""A simulated JAGGAER ONE tenant: its Keycloak, its J1P public API, and the ledgers behind it."""
