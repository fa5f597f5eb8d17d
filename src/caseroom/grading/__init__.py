"""Grading: evidence in a transcript, points, levels, the scorecard. It never quotes what was not said."""
