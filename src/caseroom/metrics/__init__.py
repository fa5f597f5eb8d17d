"""Numbers about texts, ratings and outcomes: each a signed score with an interval. Reads no file, calls no generative model."""
