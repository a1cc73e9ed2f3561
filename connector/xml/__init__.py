"""Messages in XML: read without trusting them, and written in the order that their receiver wants."""
