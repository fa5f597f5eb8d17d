"""The material that the shipped cases' data are built from, and the builders: `python -m cases.build [CASE ...]`. Not part of the package."""
