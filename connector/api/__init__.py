"""The API: programs do what people do on pages, with the same nouns and verbs, and in the name of an operator."""
