"""The only place that speaks HTTP as a client."""
