"""What a customer sets up: connections, integrations, flows, crosswalks, keys."""
