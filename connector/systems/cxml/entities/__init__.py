"""What is written to a network, one entity in each file."""
