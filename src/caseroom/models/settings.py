"""The file `models.yaml`: which models there are, what for, at which price, within which budget. Read strictly and written whole.

No key stands in it: one that does is refused, and no message repeats it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from caseroom.errors import ModelSettingsError
from caseroom.forms import Form, Lines, Slug, read_yaml
from caseroom.models.chat import PURPOSES
from caseroom.models.entries import Entry, Kind, Limits, ModelSettings, Price

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}")
_LOOKS_LIKE_A_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:sk|pk|rk|xai|gsk|hf|key)[-_][A-Za-z0-9_-]{16,}|AIza[A-Za-z0-9_-]{20,}|(?<![\w/.-])[A-Za-z0-9]{40,}(?![\w/.-])"
)
_NO_KEYS = "keys do not stand in this file; write the name of an environment variable, or keyring"
_HEAD = "# Large models: what they are, what they are used for, and what may be spent. No key stands here. docs/models.md says more.\n"
_ADDRESS = re.compile(r"https?://[^\s/@?#]+(?:/[^\s?#]*)?")


class _PriceForm(Form):
    tokens_in: Annotated[float, Field(ge=0, alias="in")]
    tokens_out: Annotated[float, Field(ge=0, alias="out")]


class _EntryForm(Form):
    kind: Kind
    model: str = ""
    base_url: str = ""
    file: str = ""
    context: Annotated[int, Field(ge=512, le=1_000_000)] = 4096
    key: str = ""
    price: _PriceForm | None = None
    seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    connect: Annotated[float, Field(gt=0, le=60)] = 5.0
    stall: Annotated[float, Field(gt=0, le=300)] = 15.0
    a_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    at_once: Annotated[int, Field(ge=1, le=64)] = 4
    mask: bool = False


class _LimitsForm(Form):
    cost: Annotated[float, Field(ge=0)] | None = None
    tokens: Annotated[int, Field(ge=0)] | None = None


class _BudgetForm(Form):
    session: _LimitsForm = _LimitsForm()
    day: _LimitsForm = _LimitsForm()


class _UseForm(Form):
    interviewer: list[str] = []
    reader: list[str] = []
    coach: list[str] = []
    draft: list[str] = []
    lab: list[str] = []


class _FileForm(Form):
    format: Literal[1] = 1
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    models: dict[Slug, _EntryForm] = {}
    use: _UseForm = _UseForm()
    budget: _BudgetForm = _BudgetForm()


def read_settings(path: Path) -> ModelSettings:
    """The settings in a file; empty where there is none.

    Raises:
        ModelSettingsError: each problem with file, line and what to write instead; never with a key that stood there.
    """
    if not path.exists():
        return ModelSettings()
    form, lines = read_yaml(path, _validated, _hidden, {"currency": "EUR", "[key]": "house or my-server, in small letters"})
    if problems := list(_problems(path, form, lines)):
        raise ModelSettingsError(problems)
    return _settings(form)


def _validated(data: Any) -> _FileForm:
    return _FileForm.model_validate(_without_values_of_keys({} if data is None else data))


def _without_values_of_keys(data: Any) -> Any:
    """The data with what stands as a key put away, if it is none that may stand there."""
    models = data.get("models") if isinstance(data, dict) else None
    for part in models.values() if isinstance(models, dict) else ():
        if isinstance(part, dict) and part.get("key") is not None and not isinstance(part["key"], str):
            part["key"] = "?"  # refused below, without repeating it
    return data


def _hidden(problems: list[str]) -> ModelSettingsError:
    """Problems without anything that looks like a key, and without what was found in the place of one."""
    return ModelSettingsError([_LOOKS_LIKE_A_KEY.sub("…", re.sub(r"(\.(?:api_)?key: [^;]*); found .*", r"\1", p)) for p in problems])


def _problems(path: Path, form: _FileForm, lines: Lines) -> Any:
    def at(*where: Any) -> str:
        """File, line and name of a place."""
        return f"{path}:{lines.get(where, 1)}: {'.'.join(map(str, where))}"

    for name, entry in form.models.items():
        if (entry.key and not _VARIABLE.fullmatch(entry.key)) or _LOOKS_LIKE_A_KEY.search(entry.key):
            yield f"{at('models', name, 'key')}: {_NO_KEYS}"
        for part in ("model", "base_url"):
            if _LOOKS_LIKE_A_KEY.search(getattr(entry, part)):
                yield f"{at('models', name, part)}: this looks like a key; {_NO_KEYS}"
        for part, words in _lacking(entry):
            yield f"{at('models', name, part)}: {words}"
    for purpose in PURPOSES:
        for number, name in enumerate(getattr(form.use, purpose)):
            if name not in form.models:
                yield f"{at('use', purpose, number)}: there is no model of that name; write one of {', '.join(form.models) or '(none is set up)'}"


def _lacking(entry: _EntryForm) -> Any:
    if entry.kind == "local":
        if not entry.file:
            yield "file", "is missing; name the GGUF file"
        for part in ("base_url", "key"):
            if getattr(entry, part):
                yield part, "a local file has none; remove it"
        return
    if not entry.model:
        yield "model", "is missing; write the provider's name for the model"
    if entry.file:
        yield "file", "only kind local has a file; remove it"
    if entry.kind == "openai-compatible" and not entry.base_url:
        yield "base_url", "is missing; write something like http://127.0.0.1:11434/v1"
    if entry.base_url and not _ADDRESS.fullmatch(entry.base_url):
        yield "base_url", "is no plain address; write something like http://127.0.0.1:11434/v1, without a name, password or query in it"


def _settings(form: _FileForm) -> ModelSettings:
    def limits(part: _LimitsForm) -> Limits:
        """As the core knows them."""
        return Limits(part.cost, part.tokens)

    entries = tuple(
        Entry(name, **{**dict(e), "price": Price(e.price.tokens_in, e.price.tokens_out) if e.price else None})
        for name, e in form.models.items()
    )
    use = {purpose: tuple(names) for purpose in PURPOSES if (names := getattr(form.use, purpose))}
    return ModelSettings(entries, use, form.currency, limits(form.budget.session), limits(form.budget.day))


def write_settings(path: Path, settings: ModelSettings) -> None:
    """Write the settings, all of them or none; what stands there is checked as it is read.

    Raises:
        ModelSettingsError: they do not hold.
    """
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        part.write_text(_HEAD + yaml.safe_dump(_plain(settings), sort_keys=False, allow_unicode=True), encoding="utf-8")
        try:
            read_settings(part)
        except ModelSettingsError as error:
            raise ModelSettingsError([re.sub(r"^.*?\.part:\d+: ", "", problem) for problem in error.problems]) from None
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _plain(settings: ModelSettings) -> dict[str, Any]:
    usual = Entry("", "local")
    models = {}
    for entry in settings.entries:
        named = {name: getattr(entry, name) for name in _EntryForm.model_fields if name != "price"}
        models[entry.name] = {name: value for name, value in named.items() if name == "kind" or value != getattr(usual, name)}
        if entry.price:
            models[entry.name]["price"] = {"in": entry.price.tokens_in, "out": entry.price.tokens_out}
    budget = {
        name: {part: value for part in ("cost", "tokens") if (value := getattr(limits, part)) is not None}
        for name, limits in (("session", settings.session), ("day", settings.day))
    }
    use = {purpose: list(names) for purpose, names in settings.use.items() if names}
    return {"format": 1, "currency": settings.currency, "models": models, "use": use, "budget": budget}
