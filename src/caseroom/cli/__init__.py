"""The command line: thin verbs over the use-cases. Heavy imports happen inside the verbs, so that `--help` answers at once."""
