"""Acme Books: a system made up for a test, as small as one can be."""
