"""The simulator of Acme Books."""
