"""What should have arrived in one simulator after what happened in the others, and what has."""
