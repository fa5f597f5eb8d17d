"""Which cases are tuned on and which are kept for measuring. Whole cases: nothing of a test case sets a weight or a threshold."""

TUNING = ("support-desk", "visit-summaries")
TEST = ("resume-screening", "sales-tax")


def held_out(source: str) -> bool:
    """Whether the entailment model is not trained on a question ("beetle:…", "sciEntsBank:…") or a point ("point:…"): one in sixteen, one in eight."""
    if source.startswith("interview:"):
        return False
    digits = sum(ord(c) * (n + 1) for n, c in enumerate(source))
    return digits % (8 if source.startswith("point:") else 16) == 0
