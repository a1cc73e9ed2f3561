"""Postgres and Redis from wheels, and the supervisor of a stack on one machine."""
