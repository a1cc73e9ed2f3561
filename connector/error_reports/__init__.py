"""Errors told to a server with Sentry's protocol: what kind, where and about which record; never its data."""
