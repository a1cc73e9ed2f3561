"""What an operator may do, one file per noun; the command line and the console only call these."""
