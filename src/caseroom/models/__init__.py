"""What writes: generative models behind one small interface, those of the house that need no key, and a local model file."""
