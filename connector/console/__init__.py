"""What is reached over HTTP: the webhook receiver, and whether this deployment works."""
