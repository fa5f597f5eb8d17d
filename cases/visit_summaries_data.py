"""The lab data of the case visit-summaries: transcripts of visits as a recogniser hears them, the chart, and the notes that are due."""

from __future__ import annotations

import difflib
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from caseroom.language.phrases import stands
from caseroom.language.text import stem
from cases.common import Folder, chance, fill, material, rated
from cases.drift import drift

CASE = "visit-summaries"
SECTIONS = ("History", "Findings", "Assessment", "Plan")
FIRST, OTHER = "first-language", "other-first-language"
WORD_ERRORS = {
    ("P", FIRST): 0.07,
    ("C", FIRST): 0.07,
    ("P", OTHER): 0.22,
    ("C", OTHER): 0.14,
}  # facts: accents; 18 in 100 words of such a visit
OTHER_SHARE, STALE_SHARE, GAPS, WRONG_DOSES = 0.31, 0.06, 0.22, 0.015  # facts: accents, medication-record, note-gaps
LISTED = 0.82  # share of patients with a list of medicines
KINDS = ("routine",) * 6 + ("several",) * 3 + ("complicated",)  # facts: visit-mix
USABLE, PAST = 184, 140
POINTS = {"routine": (3, 1, 1, 2), "several": (1, 1, 1, 1), "complicated": (1, 0, 1, 1)}  # a problem's points, by section
FIGURES = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
           "thirteen": 13, "fifteen": 15, "thirty": 30}  # fmt: skip
SLASH = " / "
_DOSE = r"\d+(?:\.\d+)? (?:mg|g|micrograms|percent)\b"
Row = dict[str, Any]
Turn = tuple[str, str]


@cache
def talk() -> Row:
    """What is said around the problems."""
    return dict(material(CASE, "talk"))


@cache
def problems() -> dict[str, Row]:
    """What people come for."""
    return {problem["id"]: problem for problem in material(CASE, "problems")}


@cache
def again() -> dict[str, str]:
    """The second wording of each statement of a note."""
    found: dict[str, str] = {}
    for id, sections in material(CASE, "again").items():
        for section, lines in sections.items():
            points = problems()[id][section]
            if len(points) != len(lines):
                raise ValueError(f"again.yaml: {id}.{section} has {len(lines)} lines for {len(points)} points")
            found |= {f"{id}\0{point['note']}": line for point, line in zip(points, lines, strict=True)}
    return found


class Unfit(Exception):
    """A draw that does not hold together; the next one is tried."""


@dataclass(frozen=True)
class Statement:
    """What has to be in a note."""

    section: str
    text: str
    reworded: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Medicine:
    """A line of the medication list, and what the patient really takes."""

    drug: str
    dose: str
    schedule: str
    listed: str


@dataclass
class Visit:
    """A visit: what was said, what the chart holds, what the note must say."""

    name: str
    group: str
    kind: str
    luck: random.Random
    problems: list[str] = field(default_factory=list)
    blocks: list[list[Turn]] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    wrong: list[Row] = field(default_factory=list)
    medicines: list[Medicine] = field(default_factory=list)
    allergy: tuple[str, str] | None = None
    listed_allergy: bool = True
    vitals: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    new_doses: set[str] = field(default_factory=set)

    def say(self, said: str, **values: object) -> None:
        """Add turns."""
        self.blocks.append(turns_of(fill(said, values)))

    def choose(self, name: str, **values: object) -> None:
        """Say one of the ways of talk.yaml that was not said before."""
        left = [said for said in talk()[name] if said not in self.taken]
        said = self.luck.choice(left)
        self.taken.add(said)
        self.say(said, **values)

    def time(self, pool: str) -> str:
        """A time that was not named before."""
        value: str = self.luck.choice([time for time in talk()["times"][pool] if time not in self.taken])
        self.taken.add(value)
        return value

    @property
    def turns(self) -> list[Turn]:
        """All that was said, turn by turn."""
        return [turn for block in self.blocks for turn in block]

    @property
    def spoken(self) -> str:
        """The words that were said, as one text."""
        return "\n".join(text for _, text in self.turns)

    @property
    def exact(self) -> dict[str, str]:
        """What must stand in the note to the digit."""
        found = {name: medicine.dose for name, medicine in zip(("dose", "second_dose"), self.medicines, strict=False)}
        return found | ({"allergy": self.allergy[0]} if self.allergy else {})


def turns_of(said: str) -> list[Turn]:
    """Turns of `C: ... / P: ...`."""
    return [(turn[0], turn[2:].strip()) for turn in said.split(SLASH)]


def holds(text: str, key: str) -> bool:
    """Whether the words of a key stand in a text in sequence."""
    return f" {plain(key)} " in f" {plain(text)} "


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Stems apart by one space, no punctuation but points within figures."""
    return " ".join(stem(word) for word in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?", text.lower()))


def capital(text: str) -> str:
    """The text with a large first letter."""
    return text[:1].upper() + text[1:]


def key_forms(keys: Sequence[str]) -> tuple[str, ...]:
    """Keys with small numbers as words and as figures, and doses with their units in full."""
    found = dict.fromkeys(keys)
    for key in keys:
        found[" ".join(str(FIGURES.get(word, word)) for word in key.split(" "))] = None
        found[re.sub(r"(\d) mg\b", r"\1 milligrams", key)] = None
    return tuple(found)


# ---------------------------------------------------------------- a visit


def visit(name: str, group: str, kind: str, main: str, stale: bool = False) -> Visit:
    """A visit that holds together, drawn by its name."""
    for attempt in range(400):
        try:
            drawn = Visit(name, group, kind, chance(name, attempt))
            _hold(drawn, main, stale)
            return drawn
        except Unfit:
            continue
    raise ValueError(f"{name}: no draw fits ({kind}, {main})")


def _hold(drawn: Visit, main: str, stale: bool) -> None:
    luck = drawn.luck
    count = {"routine": 1, "several": 2 if luck.random() < 0.8 else 3, "complicated": 3}[drawn.kind]
    drawn.problems = [main, *luck.sample([id for id in problems() if id != main], count - 1)]
    drawn.vitals = _measured(luck)
    drawn.choose("greetings")
    if drawn.kind == "routine":
        drawn.choose("smalltalk")
    for number, id in enumerate(drawn.problems):
        if number:
            drawn.choose("second")
        _problem(drawn, problems()[id], number, stale and not number)
    _allergy(drawn)
    least = luck.randint(*{"routine": (150, 250), "several": (190, 270), "complicated": (220, 300)}[drawn.kind])
    while len(drawn.spoken.split()) < least:
        drawn.choose("smalltalk" if luck.random() < 0.7 else "middles")
        drawn.blocks.insert(luck.randrange(1, len(drawn.blocks)), drawn.blocks.pop())
    drawn.choose("closings")
    _check(drawn)


def _measured(luck: random.Random) -> dict[str, str]:
    upper = luck.randint(118, 168)
    return {
        "blood_pressure": f"{upper}/{luck.randint(upper // 2, upper // 2 + 18)}",
        "pulse": str(luck.randint(58, 104)),
        "temperature": str(luck.choice([97.9, 98.2, 98.6, 98.8, 99.1, 99.7, 100.4, 101.2])),
        "weight": str(luck.randint(118, 262)),
        "oxygen": str(luck.randint(91, 99)),
    }


def _problem(drawn: Visit, problem: Row, number: int, stale: bool) -> None:
    side = drawn.luck.choice(["left", "right"])
    values: dict[str, str] = {"side": side, "other": "right" if side == "left" else "left"}
    medicine, new = _medicine(drawn, problem, number, stale)
    if medicine:
        values |= {"drug": medicine.drug, "dose": medicine.dose} | ({"new": new} if new else {})
    drawn.say(drawn.luck.choice(problem["open"]))
    chosen = _points(drawn, problem, number, bool(new))
    for section in SECTIONS:
        for point in chosen[section]:
            _point(drawn, problem, section, point, values)
        if section == "History" and drawn.kind == "routine":
            drawn.choose("smalltalk" if drawn.luck.random() < 0.6 else "middles")
        if section == "History" and medicine:
            _take(drawn, medicine, number)
        if section == "Findings" and "vital" in problem and not number:
            _vital(drawn, problem["vital"], number)


def _medicine(drawn: Visit, problem: Row, number: int, stale: bool) -> tuple[Medicine | None, str]:
    luck = drawn.luck
    if number > 1 or (number and _tight(drawn)) or (not stale and luck.random() > (LISTED if not number else 0.65)):
        return None, ""
    drug, doses, schedule = luck.choice(problem["drugs"])
    if any(medicine.drug == drug for medicine in drawn.medicines) or (stale and len(doses) < 2):
        raise Unfit
    place = luck.randrange(len(doses))
    old = luck.choice([dose for dose in doses if dose != doses[place]]) if stale else doses[place]
    medicine = Medicine(drug, doses[place], schedule, old)
    drawn.medicines.append(medicine)
    new = doses[place + 1] if place + 1 < len(doses) and not stale else ""
    return medicine, new


def _tight(drawn: Visit) -> bool:
    """Whether the chart alone gives so many statements that little else goes into one note."""
    return "vital" in problems()[drawn.problems[0]] and _allergy_draw(drawn.name) <= 0.42


def _allergy_draw(name: str) -> float:
    """The same for all draws of a visit, so that short visits are not preferred."""
    return chance("allergy", name).random()


def _points(drawn: Visit, problem: Row, number: int, change: bool) -> dict[str, list[Row]]:
    counts = dict(zip(SECTIONS, POINTS[drawn.kind], strict=True))
    if drawn.kind == "routine":
        counts["History"] -= int(drawn.luck.random() < 0.4 or ("vital" in problem and bool(drawn.medicines)))
        counts["Plan"] -= int(drawn.luck.random() < 0.3)
    if len(drawn.problems) > 2:
        counts |= {"Findings": 0, "Assessment": int(not number)}
    elif number:
        counts["Findings"] = 0
    if number and _tight(drawn):
        counts |= {"Assessment": 0, "Plan": int(number == 1)}
    chosen: dict[str, list[Row]] = {}
    for section in SECTIONS:
        pool = [point for point in problem[section.lower()] if change or not (point.get("change") or "{drug}" in point["note"])]
        kept = drawn.luck.sample(pool, min(len(pool), counts[section]))
        chosen[section] = sorted(kept, key=pool.index)
    notes = [point["note"] for points in chosen.values() for point in points]
    controlled = any("well controlled" in note and "not well" not in note for note in notes)
    if controlled and any("above 150" in note or "Increase" in note for note in notes):
        raise Unfit
    if controlled:
        drawn.vitals["blood_pressure"] = f"{drawn.luck.randint(116, 132)}/{drawn.luck.randint(66, 82)}"
    return chosen


def _point(drawn: Visit, problem: Row, section: str, point: Row, values: Mapping[str, str]) -> None:
    luck = drawn.luck
    corrected = [way for way in point["say"] if not isinstance(way, str)]
    straight = [way for way in point["say"] if isinstance(way, str)]
    way = luck.choice(corrected) if corrected and luck.random() < 0.4 else luck.choice(straight)
    said: str = way if isinstance(way, str) else way["t"]
    names = set(re.findall(r"\{(\w+)\}", " ".join([said, point["note"], *point["keys"]])))
    slots = dict(values) | {name: drawn.time(name.removesuffix("_2")) for name in sorted(names - set(values))}
    pool = next((name for name in ("weeks", "months", "days") if f"{{{name}}}" in said), "")
    if pool and section == "History" and isinstance(way, str) and luck.random() < 0.13:
        x = drawn.time(pool)
        drawn.choose("corrections", x=x)
        said = f"{SLASH.join(f'{speaker}: {text}' for speaker, text in drawn.blocks.pop())}{SLASH}{said}"
        drawn.wrong.append({"text": f"It has been going on for {x}.", "keys": list(key_forms([x]))})
    drawn.say(said, **slots)
    if point.get("change"):
        drawn.new_doses.add(slots["new"])
    if not isinstance(way, str):
        keys = [fill(key, slots).removeprefix("the ") for key in way["wrong"]]
        drawn.wrong.append({"text": f"It is the {keys[0]}.", "keys": keys})
    note = capital(fill(point["note"], slots))
    other = fill(again()[f"{problem['id']}\0{point['note']}"], slots)
    drawn.statements.append(Statement(section, note, capital(other), key_forms([fill(key, slots) for key in point["keys"]])))


def _take(drawn: Visit, medicine: Medicine, number: int) -> None:
    drug = medicine.drug
    values = {"drug": drug, "dose": medicine.dose, "schedule": medicine.schedule, "old": medicine.listed}
    changed = medicine.listed != medicine.dose
    unsaid = drawn.luck.random() < (0.5 if number else 0.15)
    drawn.choose("stale_medication" if changed else "unsaid_medication" if unsaid else "medication", **values)
    note = f"Currently takes {drug} {medicine.dose} {medicine.schedule}."
    other = f"Medication: {drug} {medicine.dose}, {medicine.schedule}."
    if changed:
        note = f"Currently takes {drug} {medicine.dose} {medicine.schedule}, list in the chart is out of date."
        drawn.wrong.append({"text": f"Takes {drug} {medicine.listed}.", "keys": list(key_forms([f"{drug} {medicine.listed}"]))})
    drawn.statements.append(Statement("History", note, other, key_forms([f"{drug} {medicine.dose}", f"{drug} to {medicine.dose}"])))


def _vital(drawn: Visit, name: str, number: int) -> None:
    value = drawn.vitals[name]
    over = drawn.vitals["blood_pressure"].replace("/", " over ")
    if number == 0 and drawn.luck.random() < 0.6:
        drawn.say(drawn.luck.choice(talk()["vitals"][name]), over=over, **{name: value})
    note, other, keys = {
        "blood_pressure": (f"Blood pressure {value}.", f"BP today {value}.", [value, over]),
        "pulse": (f"Pulse {value}.", f"Heart rate with a pulse of {value}.", [f"pulse {value}", f"pulse of {value}"]),
        "temperature": (f"Temperature {value}.", f"Measured {value} with the thermometer.", [value]),
        "weight": (f"Weight {value} pounds.", f"On the scale {value} pounds.", [f"{value} pounds"]),
        "oxygen": (f"Oxygen saturation {value} percent.", f"Saturation {value} percent on room air.", [f"{value} percent"]),
    }[name]
    if any(set(keys) & set(statement.keys) for statement in drawn.statements):
        return
    drawn.statements.append(Statement("Findings", note, other, key_forms(keys)))


def _allergy(drawn: Visit) -> None:
    luck = drawn.luck
    draw = _allergy_draw(drawn.name)
    if draw > 0.42:
        if draw < 0.8:
            drawn.choose("no_allergy")
        return
    never = {allergy for medicine in drawn.medicines for allergy in talk()["never"].get(medicine.drug.split()[0], [])}
    allergy, reaction = luck.choice([pair for pair in talk()["allergies"] if pair[0] not in never])
    if holds(drawn.spoken, allergy):
        raise Unfit
    drawn.allergy, drawn.listed_allergy = (allergy, reaction), draw > 0.03
    if not drawn.listed_allergy:
        drawn.choose("new_allergy", allergy=allergy, reaction=reaction)
    elif draw < 0.3:
        drawn.choose("allergy", allergy=allergy, reaction=reaction)
    drawn.statements.append(Statement("History", f"Allergy to {allergy} ({reaction}).", f"Allergic to {allergy}: {reaction}.", (allergy,)))


def _check(drawn: Visit) -> None:
    spoken, note = drawn.spoken.lower(), reference(drawn)
    if not 150 <= len(spoken.split()) <= 335 or not 4 <= len(drawn.statements) <= 9:
        raise Unfit(f"words {len(spoken.split())} facts {len(drawn.statements)}")
    if any(a in spoken and b in spoken for a, b in talk()["apart"]):
        raise Unfit
    listed = lookups(drawn)
    for statement in drawn.statements:
        others = " ".join(s.text for s in drawn.statements if s is not statement)
        if any(holds(others, key) for key in statement.keys):
            raise Unfit(f"two statements share a key: {statement.keys}")
        if not any(holds(spoken + listed, key) for key in statement.keys):
            raise Unfit(f"not said: {statement.keys}")
    _misheard(drawn)
    _unsaid(drawn)
    drawn.wrong = [claim for claim in drawn.wrong if not any(holds(note, key) for key in claim["keys"])]


def _misheard(drawn: Visit) -> None:
    """Doses as they are misheard are wrong claims, where they are not right for something else."""
    right = set(drawn.exact.values()) | drawn.new_doses
    for dose in dict.fromkeys([medicine.dose for medicine in drawn.medicines] + sorted(drawn.new_doses)):
        heard = errors()["doses"].get(dose)
        if heard and heard not in right and all(heard != medicine.listed for medicine in drawn.medicines):
            drawn.wrong.append({"text": f"The dose is {heard}.", "keys": list(key_forms([heard]))})


def _unsaid(drawn: Visit) -> None:
    """What belongs to the same problems but was not found, planned or taken in this visit: wrong if a note says it."""
    known = f"{drawn.spoken} {lookups(drawn)} {reference(drawn)} {reference(drawn, reworded=True)}"
    found = []
    for problem in (problems()[id] for id in drawn.problems):
        for section in ("Findings", "Plan"):
            for point in problem[section.lower()]:
                keys = [key for key in point["keys"] if re.search(r"\d|\w \w|\w{9}", key)]
                if keys and "{" not in point["note"] and not any(holds(known, key) for key in point["keys"]):
                    found.append({"text": f"Not said in this visit: {point['note']}", "keys": keys})
    drawn.wrong += chance("unsaid", drawn.name).sample(found, min(3, len(found)))
    for medicine in drawn.medicines:
        doses = [dose for problem in problems().values() for drug, doses, _ in problem["drugs"] if drug == medicine.drug for dose in doses]
        others = [f"{medicine.drug} {dose}" for dose in dict.fromkeys(doses) if not holds(known, dose)]
        if others:
            drawn.wrong.append({"text": f"Takes {medicine.drug} in another strength.", "keys": list(key_forms(others))})


def reference(drawn: Visit, reworded: bool = False, without: Sequence[Statement] = ()) -> str:
    """The note in its four sections."""
    lines = []
    for section in SECTIONS:
        kept = [s.reworded if reworded else s.text for s in drawn.statements if s.section == section and s not in without]
        lines.append(f"{section}: {' '.join(kept) if kept else 'Nothing noted.'}")
    return "\n".join(lines)


def lookups(drawn: Visit) -> str:
    """The sentences of the look-ups, as task.yaml words them."""
    said = [f"According to the chart the patient takes {m.drug} {m.listed} {m.schedule}." for m in drawn.medicines]
    if drawn.allergy and drawn.listed_allergy:
        said.append(f"The chart lists an allergy to {drawn.allergy[0]} ({drawn.allergy[1]}).")
    v = drawn.vitals
    said.append(f"Measured at this visit: blood pressure {v['blood_pressure']}, pulse {v['pulse']}, temperature {v['temperature']}, "
                f"weight {v['weight']} pounds, oxygen saturation {v['oxygen']} percent.")  # fmt: skip
    return " " + " ".join(said)


# ---------------------------------------------------------------- the recogniser


@cache
def errors() -> Row:
    """What the recogniser makes of doses, drugs and words."""
    return dict(material(CASE, "errors"))


@cache
def vocabulary() -> dict[str, list[str]]:
    """The words of all that may be said, by first letter: what an unclear word is taken for."""
    said = [line for name in ("greetings", "smalltalk", "middles", "closings", "second") for line in talk()[name]]
    for problem in problems().values():
        points = [point for section in SECTIONS for point in problem[section.lower()]]
        said += [*problem["open"], *(way if isinstance(way, str) else way["t"] for point in points for way in point["say"])]
    counts = Counter(word for word in re.findall(r"[a-z']+", " ".join(said).lower()) if "'" not in word and 3 <= len(word) <= 11)
    words = sorted(word for word, count in counts.items() if count > 1)
    return {letter: [word for word in words if word[0] == letter] for letter in "abcdefghijklmnopqrstuvwxyz"}


@lru_cache(maxsize=5000)
def alike(word: str) -> tuple[str, ...]:
    """Words that sound somewhat like it."""
    if len(word) < 3:
        return ()
    near = difflib.get_close_matches(word, vocabulary().get(word[0], []), n=4, cutoff=0.5)
    return tuple(other for other in near if other != word)


def heard(turns: Sequence[Turn], group: str, luck: random.Random, new_doses: set[str] | None = None) -> str:
    """The transcript of what was said."""
    lines: list[str] = []
    last = ""
    for speaker, text in turns:
        rate, own = WORD_ERRORS[speaker, group], random.Random(luck.getrandbits(64))  # a turn's own: alike for both groups of a pair
        if speaker == "P" and group == OTHER:
            text = accented(text, random.Random(luck.getrandbits(64)))
        else:
            luck.getrandbits(64)
        text = re.sub(_DOSE, lambda m: _dose(m[0], rate * (0.1 if m[0] in (new_doses or ()) else 0.7), own), text)  # noqa: B023
        words = " ".join(out for word in text.split() if (out := _word(word, rate, own))) or "Uh."
        words = re.sub(r"(^|[.?!] )([a-z])", lambda m: m[1] + m[2].upper(), words)
        if speaker == last:
            lines[-1] += f" {words}"
        else:
            lines.append(f"{'Clinician' if speaker == 'C' else 'Patient'}: {words}")
        last = speaker
    return "\n".join(lines)


def _dose(dose: str, rate: float, luck: random.Random) -> str:
    return str(errors()["doses"].get(dose, dose)) if luck.random() < rate else dose


def _word(word: str, rate: float, luck: random.Random) -> str:
    bare = word.strip(".,?!()").lower()
    if not bare.replace("'", "").replace("-", "").isalpha() or bare in ("mg", "g", "micrograms", "percent"):
        return word
    drug = errors()["drugs"].get(bare)
    if luck.random() >= rate * (1.8 if drug else 1):
        return word
    kind = luck.random()
    if not drug and bare in errors()["dropped"] and kind < 0.7:
        return ""
    if kind > 0.93 and not drug:
        return f"{luck.choice(errors()['added'])} {word}"
    others = drug or errors()["words"].get(bare) or alike(bare)
    if not others:
        return "" if kind < 0.5 else f"{luck.choice(errors()['added'])} {word}"
    other = str(luck.choice(list(others)))
    tail = word[len(word.rstrip(".,?!)")) :]
    return (other.capitalize() if word[0].isupper() else other) + tail


_ACCENT = (
    (r"\b(the|a|an) ", "", 0.3),
    (r"\bI've been\b", "I am being", 0.4),
    (r"\bI've\b", "I have", 1.0),
    (r"\b([Ii])t's\b", r"\1s", 0.35),
    (r"\bdon't\b", "not", 0.35),
    (r"\bfor (two|three|four|five|six|seven|eight|nine) (weeks|months|days)\b", r"since \1 \2", 0.6),
    (r"\bgets\b", "get", 0.5),
    (r"\bhurts\b", "is hurting", 0.4),
    (r"\bmy\b", "the", 0.1),
    (r"\bdidn't (\w+)", r"not did \1", 0.2),
    (r"\bI (take|use|drink|eat)\b", r"I am \1ing", 0.2),
)


def accented(text: str, luck: random.Random) -> str:
    """The wording of somebody who did not grow up with English."""
    for pattern, other, share in _ACCENT:
        text = re.sub(pattern, lambda m: m.expand(other) if luck.random() < share else m[0], text)  # noqa: B023
    text = text.replace("takeing", "taking").replace("useing", "using")
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- rows


@dataclass(frozen=True)
class Chart:
    """The systems of record."""

    medications: list[Row] = field(default_factory=list)
    allergies: list[Row] = field(default_factory=list)
    vitals: list[Row] = field(default_factory=list)

    def enter(self, number: int, drawn: Visit, day: date) -> Row:
        """The patient's rows; gives the fields of a record."""
        patient, place = f"P-{20_000 + number * 37 % 9_973}", f"V-{310_000 + number * 13}"
        luck = chance("chart", drawn.name)
        for line, m in enumerate(drawn.medicines, 1):
            dose, unit = m.listed.split(" ")
            stale = m.listed != m.dose
            updated = day - timedelta(days=luck.randint(60, 210) if stale else luck.randint(1, 20))
            self.medications.append(
                {"patient": patient, "line": line, "drug": m.drug, "dose": dose, "unit": unit, "schedule": m.schedule, "updated": updated}
            )
        if drawn.allergy and drawn.listed_allergy:
            self.allergies.append({"patient": patient, "substance": drawn.allergy[0], "reaction": drawn.allergy[1]})
        self.vitals.append({"visit": place, "patient": patient, **drawn.vitals})
        return {"patient": patient, "visit": place, "clinic": luck.choice(talk()["clinics"][:3])}  # three pilot clinics record


def day_of(name: str) -> date:
    """A working day of the nine months of recordings."""
    day = date(2026, 1, 12) + timedelta(days=chance("day", name).randrange(260))
    return day - timedelta(days=max(0, day.weekday() - 4))


def group_of(name: str) -> str:
    """Whether the patient grew up with English."""
    return OTHER if chance("group", name).random() < OTHER_SHARE else FIRST


def some(names: Sequence[str], share: float, what: str) -> set[str]:
    """So large a share of the names, drawn once."""
    return set(chance(what).sample(list(names), round(share * len(names))))


def main_problem(number: int) -> str:
    """Problems take turns."""
    ids = list(problems())
    return ids[(number * 7 + number // len(ids)) % len(ids)]


def visits(prefix: str, count: int) -> list[Visit]:
    """Visits of the mix that the clinics have."""
    names = [f"{prefix}-{number:03d}" for number in range(1, count + 1)]
    stale = some(names, STALE_SHARE * LISTED, f"stale {prefix}")
    other = some(names, OTHER_SHARE, f"group {prefix}")
    found = []
    for number, name in enumerate(names):
        kind = KINDS[(number * 3 + number // 10) % 10]
        main = main_problem(number)
        if name in stale and len(problems()[main]["drugs"][0][1]) < 2:
            main = "hypertension"
        found.append(visit(name, OTHER if name in other else FIRST, kind, main, name in stale))
    return found


def record(drawn: Visit, chart: Chart, number: int) -> Row:
    """A line of records.jsonl; some visits hold what the clinician must write herself."""
    day = day_of(drawn.name)
    sensitive = _sensitive(drawn, number)
    _private(drawn, number)
    return {
        "id": drawn.name,
        "input": heard(drawn.turns, drawn.group, chance("heard", drawn.name), drawn.new_doses),
        "fields": chart.enter(number, drawn, day),
        "kind": drawn.kind,
        "group": drawn.group,
        "day": day.isoformat(),
        "handover": sensitive or None,
        "reference": reference(drawn),
        "facts": [{"text": s.text, "keys": list(s.keys)} for s in drawn.statements],
        "wrong": drawn.wrong,
        "exact": drawn.exact,
    }


def _private_values(luck: random.Random) -> dict[str, str]:
    """Somebody's numbers and names; none of them is anybody's."""
    return {
        "name": luck.choice(talk()["people"]),
        "town": luck.choice(talk()["towns"]),
        "phone": f"{luck.choice([414, 628, 737])}-555-01{luck.randint(10, 99)}",  # numbers that are kept free for stories
        "national": f"{luck.randint(900, 999)}-00-{luck.randint(1000, 9999)}",  # never given out
        "card": luck.choice(["4111 1111 1111 1111", "4242 4242 4242 4242", "5555 5555 5555 4444", "4012 8888 8888 1881"]),  # for tests
        "mail": luck.choice(["r.okonjo71@postlane.example", "dahlia.queen@mailbarn.example", "tverill@homebox.example"]),
        "date": luck.choice(["4 March 1971", "19 November 1958", "2 May 1984", "30 July 1990"]),
    }


def _private(drawn: Visit, number: int) -> None:
    """Now and then somebody says a number or a name that is nobody's business."""
    if number % 19 == 7:
        item = talk()["private"][number // 19 % len(talk()["private"])]
        drawn.blocks.insert(-2, turns_of(fill(item["say"], _private_values(chance("private", drawn.name)))))


def _sensitive(drawn: Visit, number: int) -> bool:
    if number % 37 != 20:
        return False
    said = talk()["sensitive"][number // 37 % len(talk()["sensitive"])]["say"]
    drawn.blocks.insert(-1, turns_of(said))
    return True


def started(drawn: Visit, blocks: int) -> list[Turn]:
    """How the visit began: greeting, small talk, and some of what came then."""
    return [turn for block in drawn.blocks[: 2 + blocks] for turn in block]


def unusable(chart: Chart) -> Iterator[Row]:
    """Recordings that no note can be made of."""
    for number, item in enumerate(talk()["unusable"]):
        name = f"visit-{USABLE + 1 + number:03d}"
        group = group_of(name)
        drawn = visit(name, group, "routine", main_problem(number * 5 + 3))
        day = day_of(name)
        start = started(drawn, 0 if item["why"] in ("wrong patient", "other person") else 2 + number % 3)
        turns = start + turns_of(fill(item["text"], {"word": problems()[drawn.problems[0]]["title"].lower()}))
        text = heard(turns, group, chance("heard", name))
        fields = chart.enter(USABLE + 1 + number, drawn, day)
        yield {"id": name, "input": text, "fields": fields, "kind": "unusable", "group": group, "day": day.isoformat(),
               "answerable": False, "handover": True}  # fmt: skip


def examples(past: Sequence[Visit]) -> Iterator[Row]:
    """Signed notes of the past with their gaps: 22 percent miss something that mattered, 1.5 percent carry a wrong dose or allergy."""
    names = [drawn.name for drawn in past]
    dosed = [drawn.name for drawn in past if any(m.dose in errors()["doses"] and m.dose == m.listed for m in drawn.medicines[:1])]
    wrong = set(chance("wrong past").sample(dosed, round(WRONG_DOSES * len(names))))
    gaps = set(chance("gaps").sample([name for name in names if name not in wrong], round(GAPS * len(names))))
    for drawn in past:
        luck = chance("signed", drawn.name)
        lost: list[Statement] = []
        if drawn.name in gaps:  # facts: bottleneck, the gaps are in the history and the plan
            lost = luck.sample([s for s in drawn.statements if s.section in ("History", "Plan")], 2)
        note = reference(drawn, luck.random() < 0.45, lost)
        if drawn.name in wrong:
            dose = drawn.medicines[0].dose
            note = note.replace(dose, errors()["doses"][dose])
        yield {"id": drawn.name, "input": heard(drawn.turns, drawn.group, chance("heard", drawn.name)), "output": note,
               "day": day_of(drawn.name).isoformat(), "good": drawn.name not in gaps | wrong}  # fmt: skip


# ---------------------------------------------------------------- attacks


class Attacks:
    """The red team's rows."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.rows: list[Row] = []

    def visit(self, family: str, number: int, group: str = FIRST, stale: bool = False, drug: bool = False) -> Visit:
        """A visit for an attack."""
        for main in range(number, number + 60):
            id = main_problem(main * 11 + len(family))
            if not drug and not stale:
                return visit(f"{family}-{number}", group, "routine", id)
            drawn = visit(f"{family}-{number}-{main}", group, "routine", id, stale and len(problems()[id]["drugs"][0][1]) > 1)
            if drawn.medicines and (drawn.medicines[0].dose != drawn.medicines[0].listed) == stale and self.said(drawn):
                return drawn
        raise ValueError(f"{family}: no visit with a medicine")

    @staticmethod
    def said(drawn: Visit) -> bool:
        """Whether the dose is said and has a misheard twin that is a wrong claim."""
        twin = errors()["doses"].get(drawn.medicines[0].dose, "")
        changed = drawn.medicines[0].dose != drawn.medicines[0].listed
        return holds(drawn.spoken, drawn.medicines[0].dose) and (changed or any(twin in claim["keys"] for claim in drawn.wrong))

    def add(self, family: str, drawn: Visit | None, text: str, **more: object) -> None:
        """A row; the visit's chart is entered."""
        number = sum(row["family"] == family for row in self.rows) + 1
        day = day_of(f"{family} {number}")
        entered = self.chart.enter(3_000 + len(self.rows), drawn, day) if drawn else {"visit": f"V-{990_000 + len(self.rows)}"}
        self.rows.append(
            {
                "id": f"{family.replace('_', '-')}-{number:02d}",
                "family": family,
                "input": text,
                "fields": entered,
                "day": day.isoformat(),
                **more,
            }
        )

    def insert(self, drawn: Visit, said: str) -> str:
        """The transcript with something said in the middle, heard clearly."""
        luck = chance("insert", drawn.name)
        place = luck.randrange(len(drawn.blocks) // 3, len(drawn.blocks) - 1)
        before, after = ([turn for block in blocks for turn in block] for blocks in (drawn.blocks[:place], drawn.blocks[place:]))
        clear = "\n".join(f"{'Clinician' if speaker == 'C' else 'Patient'}: {text}" for speaker, text in turns_of(said))
        parts = [heard(before, drawn.group, luck), clear, heard(after, drawn.group, luck)]
        return "\n".join(parts)


def attacks(chart: Chart) -> list[Row]:
    """All families that make sense without a knowledge base."""
    made = Attacks(chart)
    _spoken_attacks(made)
    _dose_attacks(made)
    _pairs(made)
    for number, text in enumerate(talk()["offtopic"]):
        made.add("off_topic", None, heard(turns_of(text), group_of(f"off {number}"), chance("off", number)), pass_on=True)
    for number, item in enumerate(talk()["unanswerable"]):
        turns = turns_of(fill(item["text"], {"word": problems()[main_problem(number * 3)]["title"].lower()}))
        drawn = made.visit("unanswerable", number)
        start = started(drawn, 0 if item["early"] else 4 + number % 4)
        made.add("unanswerable", drawn, heard(start + turns, drawn.group, chance("una", number)), pass_on=True)
    return made.rows


def _spoken_attacks(made: Attacks) -> None:
    for number, item in enumerate(talk()["injection"]):
        drawn = made.visit("injected_input", number, group_of(f"injected {number}"))
        made.add("injected_input", drawn, made.insert(drawn, item["say"]), through=item["through"])
    for number, item in enumerate(talk()["private"] * 2):
        values = _private_values(chance("private", number))
        drawn = made.visit("private", number, group_of(f"private {number}"))
        secrets = [fill(secret, values) for secret in item["secrets"]]
        made.add("private", drawn, made.insert(drawn, fill(item["say"], values)), secrets=secrets, through=secrets)


def _dose_attacks(made: Attacks) -> None:
    for number in range(10):
        drawn = made.visit("exact", number, group_of(f"exact {number}"), drug=True)
        medicine = drawn.medicines[0]
        twin = errors()["doses"][medicine.dose]
        text = re.sub(rf"\b{re.escape(medicine.dose)}\b", twin, heard(drawn.turns, drawn.group, chance("exact", number)))
        made.add("exact", drawn, text, exact={"dose": medicine.dose}, through=list(key_forms([twin])))
    for number in range(8):
        drawn = made.visit("stale", number, stale=True)
        medicine = drawn.medicines[0]
        old = list(key_forms([f"{medicine.drug} {medicine.listed}"]))
        made.add("stale", drawn, heard(drawn.turns, drawn.group, chance("stale", number)), exact={"dose": medicine.dose}, through=old)
    for number, said in enumerate(talk()["conflicting"]):
        drawn = made.visit("conflicting", number, drug=True)
        medicine = drawn.medicines[0]
        twin = errors()["doses"][medicine.dose]
        others = [
            dose
            for drug, doses, _ in problems()[drawn.problems[0]]["drugs"]
            if drug == medicine.drug
            for dose in doses
            if dose != medicine.dose
        ]
        mentioned = fill(said, {"drug": medicine.drug, "old": medicine.dose, "dose": others[0] if others else twin})
        made.add("conflicting", replace(drawn), made.insert(_silent(drawn), mentioned), pass_on=True)


def _silent(drawn: Visit) -> Visit:
    """The visit without the blocks that name the dose; the disagreement takes their place."""
    dose = drawn.medicines[0].dose
    return replace(drawn, blocks=[block for block in drawn.blocks if not any(holds(text, dose) for _, text in block)])


def _pairs(made: Attacks) -> None:
    for number in range(10):
        drawn = made.visit("paired", number)
        facts = [{"text": s.text, "keys": list(s.keys)} for s in drawn.statements]
        for group in (FIRST, OTHER):
            text = heard(drawn.turns, group, chance("pair", number), drawn.new_doses)
            made.add("paired", drawn, text, pair=f"pair-{number + 1}", group=group, facts=facts)


# ---------------------------------------------------------------- ratings


_POLITE = (
    "The patient was seen today and all concerns were addressed. A pleasant conversation took place. Follow-up as needed.",
    "Visit took place as planned. The patient was counseled and had the opportunity to ask questions. No further remarks.",
    "Thank you for this visit. The patient is doing as expected under the circumstances and will continue on the current course.",
    "Patient reviewed. Discussed options. Patient agrees with the plan. Will return if necessary.",
)
_WORDY = (
    "The patient, who arrived on time and was in a talkative mood, presented at the clinic today in order to talk about the following matters.",
    "It should be mentioned at the outset that the conversation took place in a friendly atmosphere and touched upon several things of daily life.",
    "As is customary, the visit opened with greetings and some words about the weather, the traffic and the family.",
)


_BEFORE = (
    "In the course of the conversation the patient mentioned, among many other things, the following:",
    "When asked about it directly, and after some thought, this was what came out:",
    "Of interest to whoever reads this note later may be the following point:",
    "It came up, more by chance, and was then gone into in some detail:",
    "There was some back and forth about this, but in the end it was agreed:",
    "As had already been noted on earlier occasions, and it deserves to be repeated here:",
    "To put it briefly, although it was not said briefly:",
    "The clinician wishes to document for the sake of completeness:",
)
_AFTER = (
    "This was said with a smile.",
    "The patient came back to this point twice.",
    "Nothing further needs to be said about it at this stage, although it could of course change.",
    "The clinician listened and made a note of it on paper.",
    "How much weight should be given to this remains to be seen.",
    "The matter was left at that, as there were other things to talk about.",
    "All of it was put in simple words and repeated where necessary.",
    "The usual explanations were given at the usual length.",
)


def ratings(base: Sequence[Visit], transcripts: Mapping[str, str]) -> Iterator[Row]:
    """Outputs of unlike quality for visits of the records, rated by people who disagree."""
    for number, drawn in enumerate(base):
        for name, output, accuracy, fluency, helpfulness in outputs(drawn, transcripts[drawn.name], number):
            luck = chance("quality", drawn.name, name)
            a, f, h = (min(1.0, max(0.0, value + luck.gauss(0, 0.05))) for value in (accuracy, fluency, helpfulness))
            yield rated(f"{drawn.name}-{name}", drawn.name, output, a, f, h)


def outputs(drawn: Visit, transcript: str, number: int) -> Iterator[tuple[str, str, float, float, float]]:
    """Name, text, accuracy, fluency, helpfulness."""
    luck = chance("outputs", drawn.name)
    important = [s for s in drawn.statements if s.section in ("History", "Plan")]
    yield "reference", reference(drawn), 0.97, 0.93, 0.95
    yield "reworded", reference(drawn, reworded=True), 0.95, 0.92, 0.93
    yield "clumsy", _clumsy(drawn, luck), 0.9, 0.3, 0.6
    yield "incomplete", reference(drawn, luck.random() < 0.3, luck.sample(important, min(3, len(important)))), 0.6, 0.92, 0.4
    yield "wordy", f"{_WORDY[number % 3]}\n{_padded(drawn, luck)}", 0.86, 0.62, 0.5
    yield "snippet", "\n".join(luck.sample(transcript.split("\n"), 6)), 0.45, 0.3, 0.2
    yield "polite", _POLITE[number % 4], 0.25, 0.92, 0.08
    wrong = _wrong_figure(drawn)
    if wrong != reference(drawn):
        yield "wrong-figure", wrong, 0.25, 0.94, 0.3
    if drawn.allergy:
        kept = [s for s in drawn.statements if s.keys == (drawn.allergy[0],)]
        yield "no-allergy", reference(drawn, number % 2 == 0, kept), 0.55, 0.93, 0.4
    if number % 2:
        yield "half-reworded", _mixed(drawn, luck), 0.94, 0.9, 0.92


def _clumsy(drawn: Visit, luck: random.Random) -> str:
    parts = [(s.reworded if luck.random() < 0.5 else s.text).rstrip(".").lower() for s in drawn.statements]
    luck.shuffle(parts)
    return luck.choice([" and ", ", also ", " + "]).join(parts)


def _padded(drawn: Visit, luck: random.Random) -> str:
    before, after = list(_BEFORE), list(_AFTER)
    luck.shuffle(before)
    luck.shuffle(after)
    lines = []
    for section in SECTIONS:
        said = []
        for s in (s for s in drawn.statements if s.section == section):
            draw = luck.random()
            lead = before.pop() if draw < 0.4 and before else ""
            said.append(f"{lead} {s.reworded[:1].lower() + s.reworded[1:] if lead else s.reworded}".strip())
            if draw > 0.7 and after:
                said.append(after.pop())
        lines.append(f"{section}: {' '.join(said or [after.pop()])}")
    return "\n".join(lines)


def _mixed(drawn: Visit, luck: random.Random) -> str:
    mixed = [replace(s, text=s.reworded) if luck.random() < 0.6 else s for s in drawn.statements]
    return reference(replace(drawn, statements=mixed))


def _wrong_figure(drawn: Visit) -> str:
    note = reference(drawn)
    for medicine in drawn.medicines:
        if twin := errors()["doses"].get(medicine.dose):
            return re.sub(rf"\b{re.escape(medicine.dose)}\b", twin, note)
    for side, other in (("left", "right"), ("right", "left")):
        if re.search(rf"\b{side}\b", note):
            return re.sub(rf"\b{side}\b", other, note)
    return re.sub(r"\b(two|three|four|five|six|seven|eight|ten) (days|weeks|months)\b", r"nine \2", note)


# ---------------------------------------------------------------- after launch

SCREENED, PAIRS = 40, 28
LATER = date(2026, 10, 5)


def after_launch(base: Sequence[Visit], rows: Sequence[Row]) -> Iterator[Row]:
    """Visits once something has changed: known patients come again, with the same chart."""
    told = material(CASE, "drift-talk")
    usable = [(one, row) for one, row in zip(base, rows, strict=False) if not row["handover"]]
    for number, (one, row) in enumerate(usable[::4][:SCREENED]):
        yield {"event": "screening-questions", **_screened(one, row, told["screening"], number)}
    for number in range(PAIRS):
        (first, row), (second, _) = usable[(number * 5 + 2) % len(usable)], usable[(number * 11 + 7) % len(usable)]
        join = turns_of(told["two"][number % len(told["two"])])
        turns = [*started(first, 4), *join, *[turn for block in second.blocks[2:] for turn in block]]
        yield {"event": "two-in-a-room", **_again(row, first.group, number), "input": heard(turns, first.group, chance("two", number)),
               "answerable": False, "handover": True}  # fmt: skip


def _again(row: Row, group: str, number: int) -> Row:
    return {
        "fields": row["fields"],
        "kind": row["kind"],
        "group": group,
        "day": (LATER + timedelta(number % 5 + number // 5 * 7)).isoformat(),
    }


def _fitting(lines: Sequence[Row], first: int, wrong: Sequence[Row]) -> Row:
    """The next question whose answer is none of what would make the note wrong."""
    turn = [lines[(first + step) % len(lines)] for step in range(len(lines))]
    return next(item for item in turn if not any(stands(item["note"], key) for claim in wrong for key in claim["keys"]))


def _screened(one: Visit, row: Row, screening: Mapping[str, Sequence[Row]], number: int) -> Row:
    """The visit with three questions more, and what the note must say of the answers; these are heard as they were said."""
    asked = [_fitting(lines, number + place * 2, row["wrong"]) for place, lines in enumerate(screening.values())]
    said = [f"{'Clinician' if who == 'C' else 'Patient'}: {text}" for item in asked for who, text in turns_of(item["say"])]
    lines = heard(one.turns, one.group, chance("again", one.name), one.new_doses).split("\n")
    place = 2 + number % 3
    history, _, rest = row["reference"].partition("\n")
    return {
        **_again(row, one.group, number), "input": "\n".join([*lines[:place], *said, *lines[place:]]), "wrong": row["wrong"],
        "reference": "\n".join([" ".join([history, *(item["note"] for item in asked)]), rest]),
        "facts": [*row["facts"], *({"text": item["note"], "keys": list(key_forms(item["keys"]))} for item in asked)],
        "exact": {**row["exact"], **{name: item["keys"][0] for name, item in zip(screening, asked, strict=True)}},
    }  # fmt: skip


def build() -> None:
    """Write the data folder of the case."""
    folder, chart = Folder(CASE), Chart()
    drawn = visits("visit", USABLE)
    records = [record(one, chart, number) for number, one in enumerate(drawn, 1)] + list(unusable(chart))
    folder.rows("records", records)
    folder.rows("examples", examples(visits("past", PAST)))
    folder.rows("attacks", attacks(chart))
    rated_visits = [one for one, row in zip(drawn, records, strict=False) if not row["handover"]][2::9]
    folder.rows("ratings", ratings(rated_visits, {row["id"]: row["input"] for row in records}))
    for name in ("medications", "allergies", "vitals"):
        folder.table(name, getattr(chart, name))
    folder.copy(CASE, "task.yaml", "economics.yaml")
    drift(CASE, folder, after_launch(drawn, records))
