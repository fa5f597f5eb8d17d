"""`python -m caseroom.cli`."""

from caseroom.cli.main import main

main()
