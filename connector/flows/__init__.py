"""One file per flow: the listing is the list of what ml-connector moves."""
