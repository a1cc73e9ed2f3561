"""Pages of settings: who is told of what, and what the product runs on."""
