"""What programs send and are answered, field by field."""
