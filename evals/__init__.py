"""How good it is: agreement, leaks, deletion. One command each; each prints a table."""
