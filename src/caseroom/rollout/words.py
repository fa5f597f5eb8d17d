"""Money and readings as a person reads them: one minus sign, none before nothing, shares in percent, a unit where there is one. Computes nothing."""

from __future__ import annotations

SHARES = (
    "quality", "quality.wrong", "quality.omitted", "quality.groups", "proxies", "checks", "abstention", "errors", "attacks", "inputs.unseen", "outputs.replayed",
)  # fmt: skip
"""Readings that are shares, 0 to 1."""


def amount(value: float, digits: int = 0) -> str:
    """A number as tables show it."""
    words = f"{value:,.{digits}f}"
    return (words[1:] if not any(digit in words for digit in "123456789") else "−" + words[1:]) if words.startswith("-") else words


def shown_reading(name: str, value: float, currency: str = "") -> str:
    """A reading in words: shares in percent, others in their unit."""
    if name in SHARES:
        return f"{value:.1%}" if value >= 0.001 or not value else f"{100 * value:.2g}%"
    unit = {"latency": "s", "cost": currency, "inputs.words": "words", "outputs.words": "words"}.get(name, "")
    return f"{value:.3g} {unit}".rstrip()
