"""The end of a month: what stands where, what differs, and who signs for it."""
