"""What is sent to us: envelopes, and the documents in them, under our names."""
