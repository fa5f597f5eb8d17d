"""What is known of the models that a person set up: frozen data, without keys. Never reads a file, never sends anything."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from caseroom.models.base import words_as_tokens
from caseroom.models.chat import Ask

Kind = Literal["openai-compatible", "openai", "anthropic", "google", "local"]
KINDS: tuple[Kind, ...] = ("openai-compatible", "openai", "anthropic", "google", "local")
ADDRESSES: Mapping[str, str] = MappingProxyType(
    {
        "openai": "https://api.openai.com/v1",
        "anthropic": "https://api.anthropic.com",
        "google": "https://generativelanguage.googleapis.com",
    }
)
KEYS: Mapping[str, str] = MappingProxyType({"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google": "GEMINI_API_KEY"})
"""The environment variable that holds the key where an entry names none."""
KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens, in the currency of the settings."""

    tokens_in: float
    tokens_out: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """What so many tokens cost."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A model as it is set up."""

    name: str
    kind: Kind
    model: str = ""
    """The provider's name for it."""
    base_url: str = ""
    """Where it is; of the three big providers only if it is not the usual place."""
    file: str = ""
    """Of kind local: the GGUF file."""
    context: int = 4096
    """Of kind local: tokens of a request with its answer."""
    key: str = ""
    """The name of an environment variable, or `keyring`; never the key."""
    price: Price | None = None
    seconds: float = 30.0
    """Until an answer must be there, tries again included."""
    connect: float = 5.0
    """Until a connection must stand."""
    stall: float = 15.0
    """How long a stream may be silent."""
    a_minute: int = 60
    """Requests a minute at most."""
    at_once: int = 4
    """Requests at one time, in the lab."""
    mask: bool = False
    """Private data is masked before it is sent, and put back in the answer."""

    @property
    def address(self) -> str:
        """Where requests go; empty for a file."""
        return "" if self.kind == "local" else self.base_url or ADDRESSES.get(self.kind, "")

    @property
    def host(self) -> str:
        """The host that text goes to; empty when it stays on this machine."""
        host = urlsplit(self.address).hostname or ""
        return "" if is_here(host) else host

    @property
    def key_name(self) -> str:
        """The name of the variable with the key, `keyring`, or empty where no key is needed."""
        return self.key or KEYS.get(self.kind, "")

    @property
    def signature(self) -> str:
        """Kind, model and address: an answer is remembered under it."""
        return f"chat:1|kind:{self.kind}|model:{self.model}|at:{self.address}"

    def cost(self, tokens_in: int, tokens_out: int) -> float | None:
        """What so many tokens cost; None where no price is set."""
        return self.price.of(tokens_in, tokens_out) if self.price else None


def is_here(host: str) -> bool:
    """Whether a host is this machine, by its name or number alone; a name that only resolves to it counts as another."""
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent; None is no limit."""

    cost: float | None = None
    """In the currency of the settings."""
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """All of the settings' file."""

    entries: tuple[Entry, ...] = ()
    use: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By purpose: the names to try, in order."""
    currency: str = "USD"
    session: Limits = Limits()
    day: Limits = Limits()

    def entry(self, name: str) -> Entry | None:
        """The entry of that name."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def chain(self, purpose: str) -> list[Entry]:
        """The entries of a purpose, in order."""
        return [entry for name in self.use.get(purpose, ()) if (entry := self.entry(name))]


def tokens_of(ask: Ask) -> int:
    """About how many tokens a request has."""
    return sum(words_as_tokens(message.text) + 4 for message in ask.messages)
