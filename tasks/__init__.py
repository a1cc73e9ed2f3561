"""Celery: the skin of the pipeline, one thin file per step."""
