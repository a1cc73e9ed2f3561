"""QXO: business documents pushed to a subscriber, with the rows that wait behind one it could not take."""
