"""The ways to read an Enterprise Edition: its Query Service, a customer's own query QDocs, and WSA operations."""
