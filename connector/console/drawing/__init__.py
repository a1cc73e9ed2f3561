"""How what a page shows is spelled and drawn."""
