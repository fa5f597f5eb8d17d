"""Do people who judge the same items agree? Cohen's kappa, Krippendorff's alpha and plain agreement, each with an interval over items.

Every item becomes one row of sufficient statistics (its labels counted, its own disagreement), so a resample of items is a weighted sum and
no rating is looked at twice. Never tells a number over too few items: `in_words` says how many are needed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from caseroom.metrics.score import BOOTSTRAP, Bootstrap, Floats, Score, divide, of_sums, share_of_sums, sign, unscored

Label = str | int | float
"""One rating of one item: a word, or a number of a scale."""
Ratings = Sequence[Label | None]
"""One item's ratings, or one rater's; None: not rated."""
Weights = Literal["linear", "quadratic"]
Level = Literal["nominal", "ordinal", "interval"]

FEWEST = 10
"""Items, each rated twice at least, below which nothing is told: half of an interval would be about 0.5, from chance to perfect."""
BANDS = ((0.0, "poor"), (0.2, "slight"), (0.4, "fair"), (0.6, "moderate"), (0.8, "substantial"), (1.0, "almost perfect"))
"""Names of values up to and including a bound; below 0 is poor (Landis & Koch 1977)."""
RELIABLE, TENTATIVE = 0.8, 0.667
"""What Krippendorff (2004) asks of alpha before conclusions, and before tentative ones, are drawn."""


def cohen_kappa(
    a: Ratings,
    b: Ratings,
    weights: Weights | None = None,
    order: Sequence[Label] | None = None,
    name: str = "cohen_kappa",
    bootstrap: Bootstrap = BOOTSTRAP,
) -> Score:
    """Cohen's kappa (1960) of two raters over the items that both rated; with weights (1968), by how many places apart their labels are.

    `order` is the scale from low to high; without it labels stand as they sort. None where the two use one label only, and all alike.

    Raises:
        ValueError: the raters were not given the same items, or a label is not in `order`.
    """
    if len(a) != len(b):
        raise ValueError(f"kappa needs the same items of both raters, in the same order: {len(a)} and {len(b)} are given")
    pairs = [pair for pair in (_given(pair) for pair in zip(a, b, strict=True)) if len(pair) == 2]
    places = _places(pairs, order, sort=weights is not None)
    apart = _apart(len(places), weights)
    first, second = (np.array([places[pair[side]] for pair in pairs], np.int64) for side in (0, 1))
    one = np.eye(len(places))
    rows = np.column_stack([one[first], one[second], apart[first, second]])
    k = len(places)

    def kappa(sums: Floats) -> Floats:
        """1 less the disagreement that was seen by the one that chance would give."""
        expected = np.einsum("mi,ij,mj->m", sums[:, :k], apart, sums[:, k : 2 * k])
        return 1 - divide(sums[:, -1] * sums[:, :k].sum(axis=1), expected)

    signature = sign("cohen_kappa", bootstrap, weights=weights or "none", fewest=FEWEST)
    return of_sums(name, rows, kappa, signature, bootstrap) if len(pairs) >= FEWEST else unscored(name, len(pairs), signature)


def krippendorff_alpha(
    rows: Sequence[Ratings],
    level: Level = "nominal",
    order: Sequence[Label] | None = None,
    name: str = "krippendorff_alpha",
    bootstrap: Bootstrap = BOOTSTRAP,
) -> Score:
    """Krippendorff's alpha (2011) of any number of raters; `rows` holds one row of ratings for each item, None where a rater gave none.

    An item with fewer than two ratings does not count. `order` is the scale of an ordinal rating from low to high; without it labels stand as
    they sort. None where all ratings are alike.

    Raises:
        ValueError: a label that is not in `order`, or not a number where the level is interval.
    """
    items = _rated_twice(rows)
    places = _places(items, order, sort=level != "nominal")
    counts = np.zeros((len(items), len(places)))
    for row, item in zip(counts, items, strict=True):
        for label in item:
            row[places[label]] += 1
    signature = sign("krippendorff_alpha", bootstrap, level=level, fewest=FEWEST)
    if len(items) < FEWEST:
        return unscored(name, len(items), signature)
    if level == "ordinal":
        return of_sums(name, _coincidences(counts), lambda sums: _ordinal_alpha(sums, len(places)), signature, bootstrap)
    apart = _apart(len(places), None) if level == "nominal" else _squares(places)
    seen = np.einsum("ui,ij,uj->u", counts, apart, counts) / (counts.sum(axis=1) - 1)  # a label is no distance from itself

    def alpha(sums: Floats) -> Floats:
        """From the labels counted, and the disagreement within items."""
        held = sums[:, :-1]
        return _alpha(held, sums[:, -1], np.einsum("mi,ij,mj->m", held, apart, held))

    return of_sums(name, np.column_stack([counts, seen]), alpha, signature, bootstrap)


def percent_agreement(rows: Sequence[Ratings], name: str = "percent_agreement", bootstrap: Bootstrap = BOOTSTRAP) -> Score:
    """The mean over items of the share of an item's pairs of ratings that are alike. Chance is in it; beside it stands kappa or alpha."""
    shares = []
    for item in _rated_twice(rows):
        held = [item.count(label) for label in dict.fromkeys(item)]
        shares.append(sum(n * (n - 1) for n in held) / (len(item) * (len(item) - 1)))
    signature = sign("percent_agreement", bootstrap, of="pairs", fewest=FEWEST)
    if len(shares) < FEWEST:
        return unscored(name, len(shares), signature)
    return share_of_sums(name, shares, [1.0] * len(shares), signature, bootstrap)


def why_untold(score: Score) -> str | None:
    """Why there is no number; None where there is one."""
    if score.value is not None:
        return None
    if score.n < FEWEST:
        rated = "no item is rated twice" if not score.n else f"{score.n} {'item is' if score.n == 1 else 'items are'} rated twice"
        return f"too few items to say: {rated}, at least {FEWEST} are needed"
    return f"no variation: all ratings of {score.n} items are alike, so agreement beyond chance cannot be told"


def in_words(score: Score) -> str:
    """What a score of this module means, in one line: the value, its interval, its name and the caveat; or why there is none."""
    if score.value is None or score.low is None or score.high is None:
        return why_untold(score) or f"{score.value:.2f}, without an interval"
    head, several = score.signature.split("|")[0], f"over {score.n} items"
    if head == "percent_agreement":
        shares = (f"{100 * value:.0f}" for value in (score.value, score.low, score.high))
        return "{} % of pairs of ratings agree ({} to {}), {}; some of it is chance".format(*shares, several)
    sign_of = "α" if head == "krippendorff_alpha" else "κ"
    told = f"{sign_of} {score.value:.2f} ({score.low:.2f} to {score.high:.2f}) {several}: {band(score.value)} agreement"
    lowest, highest = band(score.low), band(score.high)
    reach = f"; the interval reaches from {lowest} to {highest}" if lowest != highest else ""
    return f"{told}{reach}. {_caveat(score.value, head)}"


def band(value: float) -> str:
    """The name that Landis & Koch (1977) give to a value."""
    if value < 0:
        return "poor"
    return next((name for bound, name in BANDS[1:] if value <= bound), BANDS[-1][1])


def _caveat(value: float, head: str) -> str:
    if head != "krippendorff_alpha":
        return "The names are a convention (Landis & Koch 1977); κ is low where one label is rare, however well people agree"
    asked = (
        "enough to rely on"
        if value >= RELIABLE
        else "enough for tentative conclusions only"
        if value >= TENTATIVE
        else "too little to rely on"
    )
    return f"The names are a convention (Landis & Koch 1977); by Krippendorff (2004), {asked}"


def _given(ratings: Ratings) -> list[Label]:
    """Ratings that were given: not None, and not NaN."""
    return [label for label in ratings if label is not None and label == label]


def _rated_twice(rows: Sequence[Ratings]) -> list[list[Label]]:
    return [item for item in map(_given, rows) if len(item) > 1]


def _places(items: Sequence[Sequence[Label]], order: Sequence[Label] | None, sort: bool) -> dict[Label, int]:
    """The place of each label on the scale. Where order does not matter labels need not be comparable."""
    used = dict.fromkeys(label for item in items for label in item)
    if order is None:
        return {label: place for place, label in enumerate(_sorted(used) if sort else used)}
    if strange := [label for label in used if label not in order]:
        raise ValueError(f"{strange[0]!r} is not on the scale {', '.join(map(str, order))}")
    return {label: place for place, label in enumerate(order)}


def _sorted(labels: dict[Label, None]) -> list[Label]:
    words = [label for label in labels if isinstance(label, str)]
    numbers = [label for label in labels if not isinstance(label, str)]
    if words and numbers:
        raise ValueError(f"{words[0]!r} and {numbers[0]!r} stand on no common scale; give their `order`")
    return [*sorted(words), *sorted(numbers)]


def _apart(k: int, weights: Weights | None) -> Floats:
    """How far apart each two of k places are: 1, the places between them, or their square."""
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))).astype(np.float64)
    return np.minimum(distance, 1) if weights is None else distance if weights == "linear" else distance**2


def _squares(places: dict[Label, int]) -> Floats:
    """The squared difference of each two values."""
    values = np.array([float(label) for label in places])
    return np.asarray(np.subtract.outer(values, values) ** 2, np.float64)


def _coincidences(counts: Floats) -> Floats:
    """Of each item, how often one label met another, each pair counted twice and divided by the ratings less 1; flat, label by label."""
    met = counts[:, :, None] * counts[:, None, :]
    k = counts.shape[1]
    met[:, np.arange(k), np.arange(k)] -= counts
    return np.asarray(met / (counts.sum(axis=1) - 1)[:, None, None], np.float64).reshape(len(counts), k * k)


def _ordinal_alpha(sums: Floats, k: int) -> Floats:
    """Two labels are as far apart as the ratings that lie between them: the difference of their middle ranks in this very resample."""
    met = sums.reshape(-1, k, k)
    held = met.sum(axis=2)
    ranks = held.cumsum(axis=1) - held / 2
    apart = (ranks[:, :, None] - ranks[:, None, :]) ** 2
    return _alpha(held, (met * apart).sum(axis=(1, 2)), np.einsum("mi,mij,mj->m", held, apart, held))


def _alpha(held: Floats, seen: Floats, expected: Floats) -> Floats:
    """1 less the disagreement seen by the one expected if ratings were shuffled over all items."""
    return 1 - divide(seen * (held.sum(axis=1) - 1), expected)
