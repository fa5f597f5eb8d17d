"""How fast it is. One command each; each prints a table with the machine's size."""
