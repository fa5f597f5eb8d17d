"""The lab: a proposal is executed on a case's data, beside the simple way, attacked, measured, and reported. It never stores and never shows."""
