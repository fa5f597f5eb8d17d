"""Masking: how much of what is private is found before a peer reads an interview, and what is taken for private that is not.

    python -m evals.masking [--missed] [--json]

Planted: e-mail addresses, phone, card and account numbers in the forms in which people write them, each in a sentence as it may stand in an
interview. Found means that no part of it is left. False alarms are counted over the gold interviews, which hold nothing private.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

from caseroom.pipeline.privacy import find, mask
from evals.gold import GOLD

EMAILS = (
    "ann.lee@example.com", "a.lee+desk@mail.example.co.uk", "ANN_LEE@EXAMPLE.ORG", "o'brien@example.ie", "lee-ann@sub.domain.example.net",
    "x@y.io", "ann@exämple.de", "andré.lefèvre@example.fr", "ann lee <ann@example.com>", "mailto:ann@example.com", "ann%lee@example.com",
    "ann.lee (at) example.com", "ann.lee [at] example [dot] com", "ann at example dot com", "ann.lee AT example DOT org", "ann dot lee at example dot com",
    "ann.lee@example .com", "ann.lee @ example.com", "ann_lee(at)example(dot)net", "support#desk@example.com", "4711@example.com",
    "ann{at}example{dot}com", "ann.lee＠example.com", "ann-lee at mail dot example dot co dot uk", "a_b.c-d@example-mail.museum", "ann&co@example.com",
)  # fmt: skip
PHONES = (
    "06 1234 5678", "0612345678", "06-12345678", "+31 6 1234 5678", "+31612345678", "0031 6 12345678", "(020) 555 01 99", "020-5550199", "020 555 0199",
    "+1 415 555 2671", "+1 (415) 555-2671", "1-415-555-2671", "(415) 555-2671", "415-555-2671", "415.555.2671", "415 555 2671", "+1.415.555.2671",
    "+44 20 7946 0958", "020 7946 0958", "+44 (0)20 7946 0958", "07700 900123", "07700900123", "+447700900123", "+49 30 901820", "+49 (0)30 901820",
    "030/901820", "030 / 90 18 20", "0049-30-901820", "+33 1 42 68 53 00", "01 42 68 53 00", "01.42.68.53.00", "0142685300", "+34 912 345 678",
    "912 345 678", "+39 06 6982", "+41 44 668 18 00", "044 668 18 00", "+91 98765 43210", "98765 43210", "+81-3-1234-5678", "03-1234-5678", "+61 2 9374 4000",
    "(02) 9374 4000", "+55 11 91234-5678", "(11) 91234-5678", "+86 138 0013 8000", "138 0013 8000", "+7 495 123-45-67", "8 (495) 123-45-67", "+971 50 123 4567",
    "415-555-2671 ext. 12", "tel:+14155552671", "tel. 415/555/2671", "+1\u00a0415\u00a0555\u00a02671", "415–555–2671", "415‑555‑2671",
)  # fmt: skip
CARDS = (
    "4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "5555 5555 5555 4444", "5555555555554444", "2223 0031 2200 3222", "3782 822463 10005",
    "378282246310005", "3782-822463-10005", "6011 1111 1111 1117", "6011111111111117", "3530 1113 3330 0000", "3056 930902 5904", "30569309025904",
    "4111.1111.1111.1111", "4111  1111  1111  1111", "4111\u00a01111\u00a01111\u00a01111", "4111–1111–1111–1111", "4111_1111_1111_1111", "4111/1111/1111/1111",
    "4111 1111 1111 1111 12/27", "4111 1111 1111 1111, 12/27, 123", "4111 11111111 1111", "41 11 11 11 11 11 11 11", "4111 1111 1111\n1111", "VISA4111111111111111",
    "4222222222222", "5105 1051 0510 5100", "6759 6498 2643 8453",
)  # fmt: skip
ACCOUNTS = (
    "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819",
    "FR14 2004 1010 0505 0001 3M02 606", "CH93 0076 2011 6238 5295 7", "ES91-2100-0418-4502-0005-1332", "BE68 5390 0754 7034", "IT60 X054 2811 1010 0000 0123 456",
)  # fmt: skip
SENTENCES = (
    "You can reach me under {} if anything is unclear.", "{}", "So the ticket says: call {}, and the agent copies it into the form.", "my contact ({}) was in the log, sorry",
    "Suppose a customer writes “{}” into the chat; then the mask has to catch it before the model reads it.", "It took 8 minutes, 45 euros each; {}. Next point, 9,000 tickets a week.",
)  # fmt: skip
PLANTED = {"email": EMAILS, "phone": PHONES, "card": CARDS, "account": ACCOUNTS}
GOAL = 0.95


@dataclass(frozen=True, slots=True)
class Planted:
    """One private thing in a sentence."""

    kind: str
    form: str
    text: str

    @property
    def found(self) -> bool:
        """Whether nothing of it is left, its words apart (`tel:`, `ext.`, a name before an address)."""
        left = mask(self.text, {}, {})
        bare = self.text.replace(self.form, "", 1)
        digits = (
            sum(c.isdigit() for c in left.replace(" ", "")) - sum(c.isdigit() for c in bare) - sum(c.isdigit() for c in _stand_ins(left))
        )
        return "@" not in left and digits <= _SPARE.get(self.form, 0) and bool(find(self.text))


_SPARE = {"415-555-2671 ext. 12": 2, "4111 1111 1111 1111 12/27": 4, "4111 1111 1111 1111, 12/27, 123": 7}
"""Digits beside the number that are no part of it: an extension, an expiry date."""


def _stand_ins(left: str) -> str:
    return "".join(part.split("]")[0] for part in left.split("[")[1:] if "]" in part)


def planted() -> Iterator[Planted]:
    """Every form in every third sentence, each form in another turn of them."""
    for kind, forms in PLANTED.items():
        for n, form in enumerate(forms):
            for sentence in itertools.islice(itertools.cycle(SENTENCES), n, n + 3):
                yield Planted(kind, form, sentence.format(form))


def false_alarms() -> list[tuple[str, str, str]]:
    """What is found in the gold interviews: file, kind, text."""
    return [(path.stem, piece.kind, piece.text) for path in sorted(GOLD.glob("*.txt")) for piece in find(path.read_text(encoding="utf-8"))]


def figures() -> dict[str, tuple[int, int]]:
    """For each kind: found, planted."""
    rows = list(planted())
    return {kind: (sum(row.found for row in rows if row.kind == kind), sum(row.kind == kind for row in rows)) for kind in PLANTED}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missed", action="store_true", help="print what was not found")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    table, alarms = figures(), false_alarms()
    if options.json:
        print(json.dumps({"found": table, "false_alarms": alarms}, indent=2))
        return
    print(f"{'kind':10} {'planted':>8} {'found':>8} {'share':>8}")
    for kind, (found, all_of_it) in [*table.items(), ("all", (sum(f for f, _ in table.values()), sum(n for _, n in table.values())))]:
        print(f"{kind:10} {all_of_it:8} {found:8} {found / all_of_it:8.1%}{'' if found / all_of_it >= GOAL else f'  below {GOAL:.0%}'}")
    print(f"False alarms in {len(list(GOLD.glob('*.txt')))} gold interviews: {len(alarms)}", *alarms[:10])
    for row in planted():
        if options.missed and not row.found:
            print(f"  {row.kind}: {row.text!r} → {mask(row.text, {}, {})!r}")


if __name__ == "__main__":
    main()
