"""Reading in bulk: the browse endpoint and the browses it serves."""
