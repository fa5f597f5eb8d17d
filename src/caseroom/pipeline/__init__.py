"""The pipeline: the stages a candidate's design is run through, one file each. It never stores and never shows."""
