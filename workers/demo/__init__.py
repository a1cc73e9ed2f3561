"""The demonstration: a stack, two simulators that misbehave, and a reconciliation at the end."""
