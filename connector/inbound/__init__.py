"""What others reach over HTTP: events, companies and documents come in, and whether this deployment works."""
