"""The journey's own statements: claim, attempt, settle, extract."""
