"""List v4 and List Item v4: the values a company's people may choose from."""
