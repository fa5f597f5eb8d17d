"""Which cases are tuned on and which are kept for measuring. Whole cases: nothing of a test case sets a weight or a threshold."""

TUNING = ("support-desk", "visit-summaries")
TEST = ("resume-screening", "sales-tax")
