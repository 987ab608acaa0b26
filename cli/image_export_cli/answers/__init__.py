"""What verbs answer as JSON: the types from which answers and their schemas are made."""
