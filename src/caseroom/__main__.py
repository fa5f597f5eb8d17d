"""`python -m caseroom`."""

from caseroom.cli.main import main

main()
