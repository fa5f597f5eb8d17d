"""What is set up of large models, for a page and the API: who, for what, where text goes, what was agreed and spent. Never a key."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from caseroom.app import largemodels
from caseroom.app.interviews import Room
from caseroom.models.chat import PURPOSES
from caseroom.store.calls import CallStore


def standing(room: Room) -> dict[str, Any]:
    """Models, chains, notices, limits, and what was spent today.

    Raises:
        ModelSettingsError: the settings do not hold.
    """
    settings, calls = largemodels.settings_of(room), CallStore(room.store.database)
    rows = [{**row, "notices": [asdict(notice) for notice in largemodels.notices(room, row["name"])]} for row in largemodels.overview(room)]
    spent = calls.spent(None, largemodels.today())[1]
    return {
        "models": rows, "use": {purpose: list(settings.use.get(purpose, ())) for purpose in PURPOSES}, "currency": settings.currency,
        "session": asdict(settings.session), "day": asdict(settings.day), "spent_today": {"tokens": spent[0], "cost": spent[1]},
        "calls_today": [asdict(row) for row in calls.sums(largemodels.today())],
    }  # fmt: skip


def leaving(room: Room) -> list[largemodels.Notice]:
    """What leaves this machine by the models that are set up, agreed or not; nothing where none is or the settings do not hold."""
    from caseroom.errors import ModelSettingsError

    try:
        names = [entry.name for entry in largemodels.settings_of(room).entries]
        return [notice for name in names for notice in largemodels.notices(room, name) if notice.host]
    except ModelSettingsError:
        return []
