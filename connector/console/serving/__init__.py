"""How a request becomes a page: who asks, what they may, what their form says, and what every answer carries."""
