"""The steps of a record: poll and extract, map, load; how any step runs; what recovers lost work."""
