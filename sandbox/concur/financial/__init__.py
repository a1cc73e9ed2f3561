"""Financial Integration v4: documents that wait to be posted, and everything that is said about them."""
