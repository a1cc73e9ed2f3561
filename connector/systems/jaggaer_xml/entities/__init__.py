"""One file for each entity that is sent to JAGGAER Indirect: what its message is made of, and what an answer means."""
