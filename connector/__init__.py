"""ml-connector: finance documents from one system to another; everything here is true without Celery."""
