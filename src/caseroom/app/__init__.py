"""The use-cases, and the choice of implementations. The command line and the pages are thin over this room."""
