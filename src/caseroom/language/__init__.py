"""The small embedded models and light syntax: sentence vectors, sentences and clauses, what kind of thing a question asks for."""
