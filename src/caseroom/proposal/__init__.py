"""The answer as data: six sections, a file that people like to read, and what contradicts itself in it."""
