"""One folder per system we speak with, the same files in each."""
