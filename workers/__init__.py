"""Processes: the Celery application, beat, the command line."""
