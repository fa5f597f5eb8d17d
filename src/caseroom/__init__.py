"""caseroom: a practice room for GenAI case-study interviews whose answers run."""

__version__ = "0.1.0"
