"""What Prometheus is told: one table of names, counters of a process, and the text of a scrape."""
