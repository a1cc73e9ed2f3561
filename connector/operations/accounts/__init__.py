"""Who may use the console and the API: operators, how they sign in, and what their programs show."""
