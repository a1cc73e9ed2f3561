"""What people do in a browser: accounts, pages, and what they are drawn with."""
