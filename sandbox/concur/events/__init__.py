"""Event Subscription Service v4: webhooks that are told when a document waits."""
