"""Where each field of a target document comes from, found out by changing one thing at a time and mapping again."""
