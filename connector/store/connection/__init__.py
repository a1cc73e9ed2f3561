"""What all workers share about a connection: its state, its pace, its token, its keys."""
