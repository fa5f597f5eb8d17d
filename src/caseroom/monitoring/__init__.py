"""A window against its reference: which number moved, does it matter, who is told."""
