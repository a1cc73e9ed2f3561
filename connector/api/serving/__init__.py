"""How a request of a program becomes an answer: who asks, what they may, what they sent, and what went wrong."""
