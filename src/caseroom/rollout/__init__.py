"""After launch: simulated weeks of traffic in which things go wrong, phases with gates, monitors, feedback. Runs designs; never asks or grades."""
