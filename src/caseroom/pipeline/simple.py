"""The simple way beside the design: canned replies, a keyword search, rules over words, SQL. No model. Passes on what it has no rule for."""

from __future__ import annotations

from caseroom.cases.task import Task
from caseroom.language.phrases import fits
from caseroom.language.text import sentences
from caseroom.models.base import Value
from caseroom.pipeline.exact import Exact, filled, plain
from caseroom.pipeline.index import Index
from caseroom.pipeline.retrieve import Query, Retrieval, retrieve
from caseroom.pipeline.state import Item, Output

_SENTENCES = 3


class Simple:
    """The baseline of a task."""

    def __init__(self, task: Task, exact: Exact, index: Index | None) -> None:
        self._task, self._exact, self._index = task, exact, index
        self.signature = f"baseline:{task.baseline.kind}"

    def handed_over(self, item: Item) -> str | None:
        """The trigger of the list that fits an item: it must go to a person."""
        return next((t.name for t in self._task.handover if fits(item.input, t.any, t.all, t.none)), None)

    def answer(self, item: Item) -> tuple[Output | None, str]:
        """The simple way's output and which rule made it; None if it passes the item on."""
        if trigger := self.handed_over(item):
            return None, f"on the trigger list: {trigger}"
        kind = self._task.baseline.kind
        if kind == "template":
            return self._template(item)
        if kind == "search":
            return self._search(item)
        return self._values(item, every=kind == "sql")

    def _template(self, item: Item) -> tuple[Output | None, str]:
        values, _ = self._exact.look_up(dict(item.fields))
        for rule in self._task.baseline.rules:
            if fits(item.input, rule.any, rule.all, rule.none) and (text := filled(rule.reply, {**item.fields, **values})):
                return Output(text, by="baseline"), f"canned reply: {rule.name}"
        return None, "no canned reply fits"

    def _search(self, item: Item) -> tuple[Output | None, str]:
        found = (
            retrieve(self._index, [Query(item.input)], Retrieval("keyword", 1))[0] if self._index is not None and len(self._index) else []
        )
        if not found:
            return None, "the search found nothing"
        lead = [piece.text for piece in sentences(found[0].chunk.text) if not piece.text.startswith("#")][:_SENTENCES]
        return Output(" ".join(lead), by="baseline"), f"first hit of the search: {found[0].chunk.document}"

    def _values(self, item: Item, *, every: bool) -> tuple[Output | None, str]:
        """Values by words, then by look-up, then computed. With `every`, one that is missing passes the item on."""
        names = [field.name for field in self._task.fields]
        known: dict[str, Value] = {**item.fields, "day": item.day.isoformat() if item.day else None}
        read = {name: self._by_words(name, item) for name in names if known.get(name) in (None, "")}
        known |= read
        known |= self._exact.look_up(known)[0]
        known |= self._exact.compute(known)
        values = {name: plain(known.get(name)) for name in names}
        lacking = [name for name in names if values[name] is None]
        if (every and lacking) or len(lacking) == len(names) or (self._task.decision in lacking):
            return None, f"no rule for {', '.join(lacking)}"
        return Output(values=values, by="baseline"), "by rules"

    def _by_words(self, name: str, item: Item) -> Value:
        readings = self._task.baseline.fields.get(name, [])
        return next((plain(r.value) for r in readings if fits(item.input, r.any, r.all, r.none)), None)
