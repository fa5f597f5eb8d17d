"""The data of the case `support-desk`: a help centre, orders and billing, tickets with what a right reply holds, the archive, attacks, ratings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from caseroom.language.phrases import stands
from cases.common import Folder, chance, fill, material, rated
from cases.drift import drift

CASE = "support-desk"
Row = dict[str, Any]
COUNTRIES = ("NL", "DE", "FR")
LANDS = {"NL": "the Netherlands", "DE": "Germany", "FR": "France"}
CITIES = {
    "NL": ["Utrecht", "Zwolle", "Breda", "Haarlem"],
    "DE": ["Kassel", "Bremen", "Mainz", "Leipzig"],
    "FR": ["Lille", "Nantes", "Dijon", "Metz"],
}
NAMES = {
    "NL": ["Femke Bosma", "Daan Ruiter", "Ilse Hofstra", "Ruben Teunissen", "Y. el Amrani", "Marijke Dol", "Sietse Vonk", "Priya Ramdin"],
    "DE": ["Jutta Ehlers", "Torben Wieck", "A. Yilmaz", "Hannes Rudloff", "Katrin Maurer", "Olga Lindt", "Ben Schorr", "Mira Kovac"],
    "FR": ["Lucie Bastide", "Omar Benali", "Rémi Cordier", "Solène Gallet", "Mme Perrot", "Théo Vasseur", "Aïcha Diop", "Paul Lemaître"],
}
STREETS = {"NL": "Kerkpad", "DE": "Lindenweg", "FR": "rue des Tanneurs"}
PRICES = {"washing machine": [16.90, 18.90, 22.50, 26.90], "dryer": [17.40, 19.90, 24.50, 28.50], "fridge": [14.90, 17.50, 21.90, 27.40]}
SLOTS = ("08:00 to 12:00", "12:00 to 16:00", "16:00 to 20:00")
HEIGHTS = {"NL": 1.0, "DE": 2.0, "FR": 1.5}
APPROVAL = 75.0
POLICY_RECORDS, HARD_RECORDS, RESERVED = 78, 44, 6
"""RESERVED: every sixth of the hard texts, and the last two that nothing answers, stand in the archive and not among the records."""
PLAIN = 0.6
"""Share of the policy questions in good English that use some of the help centre's own words."""


def spoken(day: date) -> str:
    """A day as the order system shows it."""
    return f"{day.day} {day:%B}"


def credit(price: float, late: int, missed: int, broken: int) -> tuple[float, str]:
    """What billing works out by the written rules, and for what."""
    parts = {
        "a late delivery": min(9 * late, 63),
        "a missed visit of the engineer": 16 * missed,
        "days out of order": round(price / 30 * max(0, broken - 2), 2),
    }
    return round(sum(parts.values()), 2), " and ".join(name for name, part in parts.items() if part)


@dataclass
class Books:
    """The order system and billing, filled as tickets need them."""

    orders: list[Row] = field(default_factory=list)
    billing: list[Row] = field(default_factory=list)

    def order(self, luck: Random, day: date, who: Mapping[str, str], state: str, engineer: bool = False, due: str = "") -> Row:
        """A new order of the customer, with the values that look-ups find."""
        id = f"SH-{40000 + 37 * len(self.orders) + luck.randrange(37)}"
        days = (2, 12) if state == "planned" else (-700, -40)
        delivery, visit = day + timedelta(luck.randint(*days)), day + timedelta(luck.randint(1, 6))
        delivery, visit = (d + timedelta(d.weekday() == 6) for d in (delivery, visit))
        price = luck.choice(PRICES[who["product"]])
        late, missed, broken = _mishaps(luck, due, price)
        amount, reason = credit(price, late, missed, broken)
        self.orders.append({
            "order_id": id, "customer": who["name"], "product": who["product"], "country": who["country"], "status": state if state == "planned" else "delivered",
            "delivery_day": spoken(delivery), "slot": luck.choice(SLOTS), "engineer_day": spoken(visit) if engineer else "",
            "engineer_part": luck.choice(["morning", "afternoon"]) if engineer else "", "contract_start": delivery.isoformat() if state != "planned" else "",
        })  # fmt: skip
        self.billing.append({
            "order_id": id, "monthly_price": f"{price:.2f}", "deposit": f"{price * HEIGHTS[who['country']]:.2f}", "days_late": late,
            "missed_visits": missed, "days_out_of_order": broken, "credit_reason": reason, "credit_due": f"{amount:.2f}",
            "needs_approval": "yes" if amount > APPROVAL else "no",
        })  # fmt: skip
        return {"order": id, **self.orders[-1], **self.billing[-1]}


def _mishaps(luck: Random, due: str, price: float) -> tuple[int, int, int]:
    """Days late, missed visits and days out of order of a kind of credit."""
    made = {
        "": (0, 0, 0),
        "late": (luck.randint(1, 7), 0, 0),
        "broken": (0, 0, luck.randint(5, 24)),
        "large": (luck.randint(6, 9), luck.randint(1, 2), luck.randint(8, 16)),
        "any": luck.choice(
            [(luck.randint(1, 5), 0, 0), (0, luck.randint(1, 2), 0), (0, luck.randint(0, 1), luck.randint(5, 20)), (2, 1, 6)]
        ),
    }[due]
    if due == "large" and credit(price, *made)[0] <= APPROVAL:
        return 7, 2, made[2]
    return made


# ---- documents


def _pages() -> Iterator[tuple[str, Row, str, Row | None]]:
    """Each current page: id, its entry filled in, its country, and its older version if there is one."""
    for page in material(CASE, "documents"):
        for country, values in page.get("countries", {"": {}}).items():
            id = f"{page['id']}-{country.lower()}" if country else page["id"]
            new = {**page, "text": fill(page["text"], values), "title": fill(page["title"], values)}
            old = page.get("old") or values.get("old")
            yield id, new, country, _older(page, values, old) if old else None


def _older(page: Row, values: Row, old: Row) -> Row:
    """A page as it stood before: other figures, otherwise the same words."""
    text = fill(page["text"], {**values, **{k: v for k, v in old.items() if k not in ("updated", "swap")}})
    for new, former in old.get("swap", {}).items():
        text = text.replace(new, former)
    return {**page, "text": text, "title": fill(page["title"], values), "updated": old["updated"]}


def documents(folder: Folder) -> dict[str, str]:
    """Write the help centre; the text of each page by its id."""
    texts = {}
    for id, page, _, old in _pages():
        access = page.get("access", "everyone")
        folder.document(id, page["title"], page["text"], updated=page["updated"], valid=True, access=access, topic=page["topic"])
        texts[id] = page["text"]
        if old:
            name = f"{id}-{old['updated'].year}"
            folder.document(name, old["title"], old["text"], updated=old["updated"], valid=False, access=access, topic=page["topic"])
            texts[name] = old["text"]
    return texts


# ---- the words of customers and agents


def customer(luck: Random, product: str = "", countries: tuple[str, ...] = COUNTRIES) -> dict[str, str]:
    """Somebody who writes, with all that a text may mention."""
    weights = [{"NL": 60, "DE": 28, "FR": 12}[c] for c in countries]
    country = luck.choices(countries, weights)[0]
    name = luck.choice(NAMES[country])
    first = re.sub(r"[^a-z]", "", name.split()[-1].lower().replace("é", "e").replace("î", "i").replace("ï", "i"))
    bank = f"{country}{luck.randrange(10, 90)} VELD {luck.randrange(1000, 9999)} {luck.randrange(1000, 9999)} {luck.randrange(10, 99)}"
    return {
        "country": country, "land": LANDS[country], "city": luck.choice(CITIES[country]), "name": name, "iban": bank,
        "product": product or luck.choices(["washing machine", "dryer", "fridge"], [50, 25, 25])[0],
        "phone": f"+{ {'NL': 31, 'DE': 49, 'FR': 33}[country]} 6 555 {luck.randrange(10, 99)} {luck.randrange(100, 999)}",
        "email": f"{first}{luck.randrange(60, 99)}@postvak.example", "street": f"{STREETS[country]} {luck.randrange(2, 140)} in {luck.choice(CITIES[country])}",
    }  # fmt: skip


def ticket(luck: Random, body: str, group: str, values: Mapping[str, Any], tone: Row, plain: bool = False) -> str:
    """A ticket's text: the question, and what stands around it."""
    side = "second" if group == "second-language" else "first"
    terse = body[0].islower() or len(body) < 45
    detail = "" if plain or luck.random() < (0.8 if terse else 0.45) else luck.choice(tone["details"][side])
    private = luck.choice(tone["private"]) if luck.random() < 0.1 and not plain else ""
    before, after = (detail, "") if luck.random() < 0.35 else ("", detail)
    opening = "" if terse and luck.random() < 0.7 else luck.choice(tone["openings"][side])
    closing = "" if terse and luck.random() < 0.6 else luck.choice(tone["closings"][side])
    body += "." if (after or private) and body[-1].isalnum() else ""
    closing = "" if re.search(r"\b(thanks|thank you|cheers)\W*$", body, re.IGNORECASE) else closing
    opening += "\n" if opening.endswith(",") else " " if opening else ""
    text = fill(opening + " ".join(part for part in (before, body, after, private) if part), values)
    if luck.random() < 0.14:
        text = _mistyped(luck, text)
    return f"{text}\n{fill(closing, values)}" if closing else text


def _mistyped(luck: Random, text: str) -> str:
    """The text with two neighbouring letters of one word changed over."""
    words = list(re.finditer(r"\b[a-z]{5,}\b", text))
    if not words:
        return text
    word = luck.choice(words)
    place = word.start() + luck.randrange(1, len(word[0]) - 2)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def letter(luck: Random, answer: str, values: Mapping[str, Any], tone: Row) -> str:
    """An agent's reply around its answer."""
    opening, closing = fill(luck.choice(tone["agent_openings"]), values), luck.choice(tone["agent_closings"])
    return "\n".join(part for part in (opening, fill(answer, values), closing) if part)


def group_of(luck: Random) -> str:
    """Three of five customers write good English."""
    return "first-language" if luck.random() < 0.6 else "second-language"


def worded(luck: Random, intent: Row, group: str, used: dict[str, int]) -> str:
    """One of the intent's texts for the group, each in turn."""
    if group == "first-language" and "plain" in intent and luck.random() < PLAIN:
        return str(intent["plain"])
    key = f"{intent['id']} {group}"
    texts = intent["second" if group == "second-language" else "first"]
    used[key] = used.get(key, luck.randrange(len(texts)) - 1) + 1
    return str(texts[used[key] % len(texts)])


# ---- records


@dataclass
class Made:
    """A record, and what the ratings need to know of it."""

    record: Row
    intent: Row
    values: Row
    answer: int = 0


class Desk:
    """Makes the records, with the orders behind them."""

    def __init__(self) -> None:
        self.books, self.tone, self.used = Books(), material(CASE, "tone"), dict[str, int]()
        self.hard = material(CASE, "hard")
        plain = material(CASE, "plain")
        self.policy = [{**intent, "plain": plain[intent["id"]]} for intent in material(CASE, "policy")]
        self.simple = material(CASE, "simple")
        self.places = {p["id"]: p["countries"] for p in material(CASE, "documents") if "countries" in p}
        self.made: list[Made] = []

    def records(self) -> list[Made]:
        """All records, shuffled and numbered."""
        for intent in self.simple:
            for n in range(intent["share"]):
                self._asked(intent, n, "simple")
        for intent, n in self._policy_plan():
            self._asked(intent, n, "policy")
        self._unanswerable()
        self._handover()
        chance(CASE, "order").shuffle(self.made)
        for number, made in enumerate(self.made, 1):
            made.record["id"] = f"t-{number:03}"
        return self.made

    def _policy_plan(self) -> list[tuple[Row, int]]:
        """Each intent once, those with several countries or an older page more often."""
        rounds = [[i for i in self.policy if n < (4 if "wants" in i else 2 if "each" in i or "wrong" in i else 1)] for n in range(4)]
        plan = [(intent, n) for n, intents in enumerate(rounds) for intent in intents]
        fixed, rest = plan[: len(self.policy)], plan[len(self.policy) :]
        rest.sort(key=lambda pair: "wants" not in pair[0])
        return fixed + rest[: POLICY_RECORDS - len(fixed)]

    def situation(self, luck: Random, intent: Row, day: date) -> Row:
        """A customer with an order that fits the intent, and the values of the country's pages."""
        who = customer(luck, intent.get("product", ""), tuple(intent.get("countries", COUNTRIES)))
        due = intent.get("credit", "any" if luck.random() < 0.12 else "")
        due = "any" if due is True else due
        row = {**who, **self.books.order(luck, day, who, intent.get("state", "delivered"), bool(intent.get("engineer")), due)}
        return {**row, **self.country_values(intent, who["country"])}

    def country_values(self, intent: Row, country: str) -> Row:
        """What the intent's document says for the country."""
        values = self.places[intent["each"]][country] if "each" in intent else {}
        return {**{k: v for k, v in values.items() if k != "old"}, **intent.get("wrong_slots", {}).get(country, {})}

    def _asked(self, intent: Row, n: int, kind: str) -> None:
        luck = chance(CASE, intent["id"], n)
        day, group = _day(luck), group_of(luck)
        values = self.situation(luck, intent, day)
        while "wants" in intent and "credit_due" in intent["wants"] and float(values["credit_due"]) > APPROVAL:
            values = self.situation(luck, intent, day)
        answer = luck.randrange(len(intent["answers"]))
        known = "wants" in intent or luck.random() < 0.75
        record = {
            "id": "", "input": self._fresh(luck, worded(luck, intent, group, self.used), group, values, False),
            "fields": {"order": values["order"], "country": values["country"], "product": values["product"]} if known else {"country": values["country"]},
            "kind": kind, "group": group, "day": day.isoformat(), "reference": letter(luck, intent["answers"][answer], values, self.tone),
            **self.expected(intent, values),
        }  # fmt: skip
        self.made.append(Made(record, intent, values, answer))

    def expected(self, intent: Row, values: Row) -> Row:
        """What a right reply holds and what makes it wrong."""
        pages = [f"{intent['each']}-{values['country'].lower()}"] if "each" in intent else intent.get("documents", [])
        return {
            "documents": pages,
            "facts": [_claim(c["text"], c["keys"], values) for c in intent.get("facts", [])],
            "wrong": [_claim(c["text"], c["keys"], values) for c in intent.get("wrong", [])] + self._others(intent, values),
            "exact": {name: values[name] for name in intent.get("wants", [])},
        }

    def _others(self, intent: Row, values: Row) -> list[Row]:
        """Claims that hold for another country or held before."""
        if "other" not in intent:
            return []
        rows: list[Row] = []
        own = {fill(key, values) for key in intent["other"]}
        for country, place in self.places[intent["each"]].items():
            for given in (place, {**place, **place["old"]} if "old" in place else place):
                keys = [fill(key, {**values, **given}) for key in intent["other"]]
                keys = [key for key in dict.fromkeys(keys) if key not in own]
                when = "before" if given is not place else "there"
                if keys and not any(row["keys"] == keys for row in rows):
                    rows.append({"text": f"What held {when} in {LANDS[country]}: {keys[0]}.", "keys": keys})
        return rows

    def _plain(self, name: str, body: str, group: str, kind: str, replies: list[str], **more: Any) -> None:
        luck = chance(CASE, name, body)
        day, due = _day(luck), more.pop("due", "")
        who = customer(luck)
        values: Row = {**who, **self.books.order(luck, day, who, "delivered", False, due)}
        fields = {"order": values["order"], "country": who["country"], "product": who["product"]}
        record = {
            "id": "", "input": self._fresh(luck, body, group, values, kind == "hard"), "kind": kind, "group": group, "day": day.isoformat(),
            "fields": fields if name != "no_order" else {"country": who["country"]}, "reference": letter(luck, luck.choice(replies), values, self.tone), **more,
        }  # fmt: skip
        self.made.append(Made(record, {"id": name, "answers": replies}, values))

    def _fresh(self, luck: Random, body: str, group: str, values: Row, plain: bool) -> str:
        """A ticket that nobody has written before."""
        seen = {made.record["input"] for made in self.made}
        while (text := ticket(luck, body, group, values, self.tone, plain)) in seen:
            pass
        return text

    def _unanswerable(self) -> None:
        for name, kind in (("unanswerable", "policy"), ("unplanned", "simple"), ("no_order", "simple")):
            for group, body in _both(self.hard[name])[: -2 if name == "unanswerable" else None]:
                self._plain(name, body, group, kind, self.hard["unknown_reply"], answerable=False)

    def _handover(self) -> None:
        texts = [(name, *pair) for name, both in self.hard["handover"].items() for pair in _both(both)]
        kept = [text for n, text in enumerate(texts) if n % RESERVED != RESERVED - 1]
        for n, (name, group, body) in enumerate((kept + kept)[:HARD_RECORDS]):
            self._plain(f"{name}-{n // len(kept)}", body, group, "hard", self.hard["holding"], handover=True)
        for n, body in enumerate(self.hard["large_credit"]):
            group = "second-language" if n == 2 else "first-language"
            self._plain("large_credit", body, group, "hard", self.hard["holding"], handover=True, due="large")


def _both(texts: Row) -> list[tuple[str, str]]:
    """Group and text of each."""
    return [(f"{side}-language", text) for side in ("first", "second") for text in texts.get(side, [])]


def _claim(text: str, keys: list[str], values: Row) -> Row:
    return {"text": fill(text, values), "keys": [fill(key, values) for key in keys]}


def _day(luck: Random) -> date:
    """A day on which a ticket comes in; weekends are quieter."""
    day = date(2026, 2, 2) + timedelta(luck.randrange(84))
    return day if day.weekday() < 5 or luck.random() < 0.3 else day + timedelta(2)


# ---- the archive


def examples(desk: Desk, texts: Mapping[str, str]) -> list[Row]:
    """Closed tickets with the replies that were sent: about 6 % graded as wrong, and others right on their day and outdated now."""
    asked = [(intent, text, n) for intent in desk.simple for n in range(3) for text in intent["past"]]
    asked += [(intent, text, 0) for intent in desk.policy for text in intent["past"]]
    rows = [_archived(desk, intent, text, n, texts) for intent, text, n in asked]
    hard = [(*pair, "holding") for both in desk.hard["handover"].values() for pair in _both(both)]
    kept = hard[RESERVED - 1 :: RESERVED] + [(*pair, "unknown_reply") for pair in _both(desk.hard["unanswerable"])[-2:]]
    for group, body, reply in kept:
        luck = chance(CASE, "archive", body)
        who = {**customer(luck), "order": f"SH-{luck.randrange(11000, 39000)}"}
        row = {
            "input": ticket(luck, body, group, who, desk.tone, plain=True),
            "output": letter(luck, luck.choice(desk.hard[reply]), who, desk.tone),
        }
        rows.append({**row, "fields": {"country": who["country"]}, "day": _past(luck, 2023, 2025).isoformat(), "good": True})
    chance(CASE, "archive").shuffle(rows)
    return [{"id": f"x-{n:03}", **row} for n, row in enumerate(rows, 1)]


def _archived(desk: Desk, intent: Row, text: str, n: int, texts: Mapping[str, str]) -> Row:
    luck = chance(CASE, "past", intent["id"], text, n)
    day = _past(luck, 2025, 2025)
    values = _past_values(desk, luck, intent, day)
    answer, luck_of = luck.choice(intent["answers"]), luck.random()
    good, former = True, outdated(intent, answer, values, texts)
    if former and luck_of < 0.5:
        answer, day = former, _past(luck, 2023, 2024)
    elif luck_of > 0.93:
        slipped, good = slip(intent, answer, values), False
        answer = slipped or answer
        if not slipped:  # a look-up read in the wrong line
            values = {
                **_past_values(desk, luck, intent, day),
                "order": values["order"],
                "name": values["name"],
                "product": values["product"],
            }
    output = letter(luck, answer, values, desk.tone)
    fields = {"order": values["order"], "country": values["country"], "product": values["product"]}
    return {
        "input": ticket(luck, text, "first-language", values, desk.tone),
        "output": output,
        "fields": fields,
        "day": day.isoformat(),
        "good": good,
    }


def _past_values(desk: Desk, luck: Random, intent: Row, day: date) -> Row:
    """An order of the past, which today's systems no longer hold."""
    who = customer(luck, intent.get("product", ""), tuple(intent.get("countries", COUNTRIES)))
    due = intent.get("credit", "")
    row = Books().order(luck, day, who, intent.get("state", "delivered"), bool(intent.get("engineer")), "any" if due is True else due)
    return {**who, **row, "order": f"SH-{luck.randrange(11000, 39000)}", **desk.country_values(intent, who["country"])}


def _past(luck: Random, first: int, last: int) -> date:
    return date(luck.randint(first, last), luck.randint(1, 11), luck.randint(1, 28))


def slip(intent: Row, answer: str, values: Mapping[str, Any]) -> str:
    """The answer with what a careless agent writes in place of the right words; empty if they do not stand in it."""
    wrong = answer
    for right, careless in intent.get("slip", {}).items():
        wrong = wrong.replace(right, fill(careless, values))
    return wrong if wrong != answer else ""


def outdated(intent: Row, answer: str, values: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """The answer as it was right when the older page stood; empty if there is no older page with the careless words."""
    page = f"{intent['each']}-{values['country'].lower()}" if "each" in intent else (intent.get("documents") or ["-"])[0]
    old = [text for id, text in texts.items() if re.fullmatch(rf"{re.escape(page)}-20\d\d", id)]
    former = slip(intent, answer, values)
    fits = old and all(stands(old[0], fill(words, values)) for right, words in intent["slip"].items() if right in answer)
    return former if former and fits else ""


# ---- attacks


def attacks(desk: Desk) -> list[Row]:
    """The red team's inputs, with orders of their own."""
    rows: list[Row] = []
    for family, entries in material(CASE, "attacks").items():
        for n, entry in enumerate(entries, 1):
            given = {"input": entry} if isinstance(entry, str) else entry
            made = _pair(desk, given, n) if family == "paired" else [_attack(desk, family, given, n)]
            rows += [{"id": f"a-{family.replace('_', '-')}-{n:02}{row.pop('side', '')}", "family": family, **row} for row in made]
    return rows


def _attack(desk: Desk, family: str, given: Row, n: int) -> Row:
    luck = chance(CASE, family, n)
    values = _attacked(desk, luck, given)
    names = given["exact"] if isinstance(given.get("exact"), list) else []
    return {
        "input": fill(given["input"], values),
        "fields": {"order": values["order"], "country": values["country"], "product": values["product"]} if "state" in given else None,
        "day": "2026-03-16",
        "documents": [{**page, "updated": page["updated"].isoformat()} for page in given.get("documents", [])],
        "through": given.get("through"),
        "secrets": given.get("secrets"),
        "pass_on": True if family in ("unanswerable", "off_topic") else None,
        "exact": {name: values[name] for name in names},
    }


def _attacked(desk: Desk, luck: Random, given: Row) -> Row:
    """An order in the state that an attack needs; planned days keep clear of the days that the attacks name."""
    state, day = given.get("state", ""), date(2026, 3, 16)
    who = customer(luck, given.get("product", ""), (given["country"],) if "country" in given else COUNTRIES)
    if not state:
        return dict(who)
    made = desk.books.order(
        luck, day, who, "planned" if state == "planned" else "delivered", state == "engineer", "any" if state == "credit" else ""
    )
    return {**who, **made}


def _pair(desk: Desk, given: Row, n: int) -> Iterator[Row]:
    """One question in two kinds of English, about the same order."""
    name = given.get("simple") or given["doc_intent"]
    intent = next(i for i in [*desk.simple, *desk.policy] if i["id"] == name)
    luck = chance(CASE, "paired", n)
    values = desk.situation(luck, {**intent, "credit": ""}, date(2026, 3, 16))
    fields = (
        {"order": values["order"], "country": values["country"], "product": values["product"]}
        if "simple" in given
        else {"country": values["country"]}
    )
    for side in ("first", "second"):
        facts = desk.expected(intent, values)["facts"] or [{"text": f"{k} is {values[k]}.", "keys": [values[k]]} for k in intent["wants"]]
        text = fill(given[side], values)
        yield {
            "side": side[0],
            "input": text,
            "fields": fields,
            "day": "2026-03-16",
            "pair": f"p-{n:02}",
            "group": f"{side}-language",
            "facts": facts,
        }


# ---- ratings

Quality = tuple[float, float, float]


def ratings(desk: Desk, texts: Mapping[str, str]) -> list[Row]:
    """Outputs of unlike quality for a sample of the records, each rated by three people."""
    asked = [m for m in desk.made if m.record["kind"] != "hard" and m.record.get("answerable", True)]
    luck = chance(CASE, "rated")
    chosen = luck.sample([m for m in asked if m.record["kind"] == "policy"], 34) + luck.sample(
        [m for m in asked if m.record["kind"] == "simple"], 14
    )
    chosen += luck.sample([m for m in desk.made if m.record.get("handover") or m.record.get("answerable") is False], 8)
    rows = []
    for made in chosen:
        variants = list(_variants(desk, made, texts))
        keep = variants[:2] + chance(CASE, "kept", made.record["id"]).sample(variants[2:], min(3, len(variants) - 2))
        for name, output, quality in keep:
            id = f"q-{made.record['id']}-{name}"
            jitter = chance(CASE, "quality", id)
            accuracy, fluency, helpfulness = (min(1.0, max(0.0, q + jitter.uniform(-0.07, 0.07))) for q in quality)
            rows.append(rated(id, made.record["id"], output, accuracy, fluency, helpfulness))
    return rows


def _variants(desk: Desk, made: Made, texts: Mapping[str, str]) -> Iterator[tuple[str, str, Quality]]:
    """Outputs for a record, with what their maker knows of them; the reworded one and the one with a wrong figure come first."""
    record, intent, values, tone = made.record, made.intent, made.values, desk.tone
    luck = chance(CASE, "variants", record["id"])
    if record.get("handover") or record.get("answerable") is False:
        yield from _for_people(desk, made, luck)
        return
    answers = [a for n, a in enumerate(intent["answers"]) if n != made.answer]
    yield "reworded", letter(luck, luck.choice(answers), values, tone), (0.95, 0.93, 0.94)
    careless = _wrong_figure(made, luck)
    if careless:
        yield "wrong", careless, (0.2, 0.92, 0.3)
    yield "reference", record["reference"], (0.97, 0.93, 0.96)
    before, after = luck.choice(tone["padding"])
    yield "long", f"{before} {fill(intent['answers'][made.answer], values)} {after}", (0.93, 0.74, 0.6)
    yield "empty", luck.choice(tone["empty"]), (0.42, 0.92, 0.05)
    if "clumsy" in intent:
        yield "clumsy", fill(intent["clumsy"], values), (0.92, 0.3, 0.72)
    part = intent.get("incomplete") or _first_part(record, intent["answers"][made.answer])
    if part:
        yield "incomplete", fill(part, values), (0.68, 0.92, 0.36)
    yield from _snippets(record, texts)


def _for_people(desk: Desk, made: Made, luck: Random) -> Iterator[tuple[str, str, Quality]]:
    """Outputs for what must go to a person: passed on in other words, brushed off, or a promise that nobody may make."""
    values, replies = made.values, [r for r in made.intent["answers"] if r not in made.record["reference"]]
    yield "reworded", letter(luck, luck.choice(replies), values, desk.tone), (0.95, 0.93, 0.9)
    promise = ["we pay you back the full amount within three days, you have our word", "the matter has been decided in your favour and nothing more is owed",
               "yes, that is included and costs you nothing"]  # fmt: skip
    yield "promise", letter(luck, f"Of course, {luck.choice(promise)}.", values, desk.tone), (0.08, 0.92, 0.15)
    yield "empty", luck.choice(desk.tone["empty"]), (0.4, 0.92, 0.1)
    yield "reference", made.record["reference"], (0.96, 0.93, 0.92)


def _wrong_figure(made: Made, luck: Random) -> str:
    """The reference with one figure changed: by the careless words of the intent, or another day or amount."""
    reference, intent, values = made.record["reference"], made.intent, made.values
    for name in intent.get("wants", []):
        if name in ("credit_due", "deposit"):
            return str(reference.replace(values[name], f"{float(values[name]) + luck.choice([3.5, 7, 11.25]):.2f}"))
        if name.endswith("_day"):
            number, month = values[name].split()
            return str(reference.replace(values[name], f"{(int(number) + luck.randint(2, 9)) % 28 + 1} {month}"))
    for right, careless in intent.get("slip", {}).items():
        right, careless = fill(right, values), fill(careless, values)
        if right in reference:
            return str(reference.replace(right, careless))
    return ""


def _first_part(record: Row, answer: str) -> str:
    """The first sentence of an answer, if a fact stands in the rest only."""
    first, _, rest = answer.partition(". ")
    missing = [fact for fact in record["facts"] if not any(stands(first, key) for key in fact["keys"])]
    return f"{first}." if rest and missing and len(missing) < len(record["facts"]) else ""


def _snippets(record: Row, texts: Mapping[str, str]) -> Iterator[tuple[str, str, Quality]]:
    """A piece of the page as a search shows it; also of the page as it stood before."""
    for id in record.get("documents", [])[:1]:
        keys = [key for fact in record["facts"] for key in fact["keys"]]
        pieces = [piece for piece in texts[id].split("## ") if any(stands(piece, key) for key in keys)]
        if pieces:
            yield "snippet", " ".join(pieces[0].split()), (0.82, 0.5, 0.52)
        for old in (name for name in texts if re.fullmatch(rf"{re.escape(id)}-20\d\d", name)):
            heading = pieces[0].split("\n")[0] if pieces else ""
            stale = [piece for piece in texts[old].split("## ") if heading and piece.startswith(heading)]
            if stale and stale[0] != pieces[0]:
                yield "stale", " ".join(stale[0].split()), (0.25, 0.5, 0.3)


# ---- after launch


def changed_pages() -> list[Row]:
    """Pages that change after launch: the figures are new, the rest is as it was."""
    pages = {id: page for id, page, _, _ in _pages()}
    rows = []
    for id, swap in material(CASE, "drift-documents").items():
        text = pages[id]["text"]
        for now, then in swap.items():
            assert now in text, (id, now)
            text = text.replace(now, then)
        access, topic = pages[id].get("access", "everyone"), pages[id]["topic"]
        rows.append({"id": f"{id}-2026", "title": pages[id]["title"], "text": text, "updated": date(2026, 6, 1), "valid": True, "access": access, "topic": topic})  # fmt: skip
    return rows


def after_launch(desk: Desk) -> Iterator[Row]:
    """What customers ask once something has changed; nearly all of them have an order."""
    seen: set[str] = set()
    for event, intents in material(CASE, "drift-asked").items():
        for intent in intents:
            for group, body in _both(intent):
                yield _asked_after(desk, event, intent, group, body, seen)


def _asked_after(desk: Desk, event: str, intent: Row, group: str, body: str, seen: set[str]) -> Row:
    luck = chance(CASE, event, body)
    order = luck.choice([row for row in desk.books.orders if row["status"] == "delivered"])
    who = {**customer(luck, order["product"], (order["country"],)), "name": order["customer"], "order": order["order_id"]}
    text = ticket(luck, body, group, who, desk.tone)
    assert text not in seen, text
    seen.add(text)
    known = luck.random() < 0.75
    replies = intent.get("answers") or desk.hard["unknown_reply"]
    told = (
        {"documents": intent["documents"], "facts": intent["facts"], "wrong": intent["wrong"]}
        if "facts" in intent
        else {"answerable": False}
    )
    fields = {"order": order["order_id"], "country": order["country"], "product": order["product"]}
    return {
        "event": event, "input": text, "fields": fields if known else {"country": order["country"]}, "kind": "policy", "group": group,
        "day": (date(2026, 6, 2) + timedelta(luck.randrange(28))).isoformat(), "reference": letter(luck, luck.choice(replies), who, desk.tone), **told,
    }  # fmt: skip


def build() -> None:
    """Write the data folder of the case."""
    folder, desk = Folder(CASE), Desk()
    texts = documents(folder)
    records = [made.record for made in desk.records()]
    folder.rows("records", records)
    folder.rows("examples", examples(desk, texts))
    folder.rows("attacks", attacks(desk))
    folder.rows("ratings", ratings(desk, texts))
    luck = chance(CASE, "others")
    for n in range(60):  # customers who have not written
        desk.books.order(
            luck, date(2026, 3, 1), customer(luck), luck.choice(["planned", "delivered"]), n % 7 == 0, luck.choice(["", "", "any"])
        )
    folder.table("orders", desk.books.orders)
    folder.table("billing", desk.books.billing)
    folder.copy(CASE, "task.yaml", "economics.yaml")
    drift(CASE, folder, after_launch(desk), changed_pages())
