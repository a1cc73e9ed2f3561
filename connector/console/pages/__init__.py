"""What people look at and do: today, flows, connections."""
