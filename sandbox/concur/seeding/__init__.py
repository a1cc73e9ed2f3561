"""Financial documents from a seed, together with the truth they were made of."""
