"""Settings, read once from the environment. Nothing else reads it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from caseroom.errors import UsageError


def _default_home() -> Path:
    from platformdirs import user_data_path

    return user_data_path("caseroom", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept."""

    home: Path = field(default_factory=_default_home)
    """The folder of the store, the user's cases and the cache. `CASEROOM_HOME`."""
    case_folders: tuple[Path, ...] = ()
    """More folders of case folders, looked at first. `CASEROOM_CASES`, separated as in PATH; `--cases`."""
    store_url: str | None = None
    """A database address in SQLAlchemy's form; without it an SQLite file in `home`. `CASEROOM_STORE`."""

    voice_folder: Path | None = None
    """Where the weights of recognisers are; without it in `home`. `CASEROOM_VOICE`."""
    models_folder: Path | None = None
    """Where model files are that `caseroom models install` brings; without it in `home`. `CASEROOM_MODELS`."""
    hear_by: str = ""
    """An OpenAI-compatible endpoint that may hear in the browser, `http://HOST/v1#MODEL`. `CASEROOM_HEAR`."""
    speak_by: str = ""
    """One that may speak, `http://HOST/v1#MODEL/VOICE`. `CASEROOM_SPEAK`."""
    judge: Path | None = None
    """A re-fitted judge to grade with instead of the shipped one. `CASEROOM_JUDGE`."""
    traces: str | None = None
    """Where traces are sent (OTLP over HTTP); without it nothing is sent. `OTEL_EXPORTER_OTLP_ENDPOINT`."""
    alert_webhook: str = ""
    """Where alerts about the room are posted as JSON; without it nothing is sent. `CASEROOM_ALERT_WEBHOOK`."""
    alert_log: Path | None = None
    """A file that alerts about the room are written to, as JSON Lines. `CASEROOM_ALERT_LOG`."""
    look_every: float = 10.0
    """Minutes after which a served room looks at itself again, where a webhook or a log is set; 0: never by itself. `CASEROOM_LOOK_EVERY`."""
    keep_readings: int = 400
    """Days for which readings of the monitor are kept. `CASEROOM_KEEP_READINGS`."""

    @property
    def user_cases(self) -> Path:
        """The user's own cases."""
        return self.home / "cases"

    @property
    def cache(self) -> Path:
        """Vectors of cases that ship without theirs. Safe to delete."""
        return self.home / "cache"

    @property
    def voice(self) -> Path:
        """The weights of recognisers. Safe to delete; `caseroom voice install` brings them."""
        return self.voice_folder or self.home / "voice"

    @property
    def models(self) -> Path:
        """Model files. Safe to delete; `caseroom models install` brings them."""
        return self.models_folder or self.home / "models"

    @property
    def database(self) -> str:
        """The address of the session store."""
        return self.store_url or f"sqlite:///{self.home / 'sessions.db'}"


def _number(name: str, usual: float, least: float, most: float, unit: str) -> float:
    """A number from the environment.

    Raises:
        UsageError: it is none, or too small or too large.
    """
    text = os.environ.get(name, "").strip()
    try:
        value = float(text) if text else usual
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise UsageError(f"{name} is a number of {unit} from {least:g} to {most:g}, not {text[:40]!r}. Unset it to have {usual:g}.")
    return value


def settings_from_environment(*, cases: Path | None = None) -> Settings:
    """Read the settings; `cases` is the folder named by `--cases`, if any."""
    home = Path(os.environ["CASEROOM_HOME"]).expanduser() if os.environ.get("CASEROOM_HOME") else _default_home()
    listed = [Path(part) for part in os.environ.get("CASEROOM_CASES", "").split(os.pathsep) if part]
    folders = ([cases] if cases else []) + listed
    voice = Path(os.environ["CASEROOM_VOICE"]).expanduser() if os.environ.get("CASEROOM_VOICE") else None
    models = Path(os.environ["CASEROOM_MODELS"]).expanduser() if os.environ.get("CASEROOM_MODELS") else None
    judge = Path(os.environ["CASEROOM_JUDGE"]).expanduser() if os.environ.get("CASEROOM_JUDGE") else None
    log = Path(os.environ["CASEROOM_ALERT_LOG"]).expanduser() if os.environ.get("CASEROOM_ALERT_LOG") else None
    return Settings(
        home=home, case_folders=tuple(folders), store_url=os.environ.get("CASEROOM_STORE") or None, judge=judge, voice_folder=voice,
        models_folder=models,
        hear_by=os.environ.get("CASEROOM_HEAR", ""), speak_by=os.environ.get("CASEROOM_SPEAK", ""),
        traces=os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or None, alert_webhook=os.environ.get("CASEROOM_ALERT_WEBHOOK", "").strip(),
        alert_log=log, look_every=_number("CASEROOM_LOOK_EVERY", 10, 0, 1440, "minutes"),
        keep_readings=int(_number("CASEROOM_KEEP_READINGS", 400, 120, 36_500, "days")),
    )  # fmt: skip
