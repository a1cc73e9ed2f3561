"""Honest simulators of the systems, over real HTTP; they share no code with the clients."""
