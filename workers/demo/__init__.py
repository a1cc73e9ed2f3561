"""The demonstration: a stack, simulators that misbehave, and a reconciliation at the end."""
