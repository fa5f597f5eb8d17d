"""What went wrong with a provider, as a kind of ModelError with what to do next. Says nothing that the provider said: its words may hold the key or the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caseroom.errors import ModelError, ModelGarbage, ModelRefused, ModelUnavailable, RateLimited
from caseroom.models.clients import BrokenOff, TooLong
from caseroom.models.entries import Entry

_CODE = re.compile(r"[a-z][a-z_]{2,39}")
"""What a provider's error code looks like; anything else of its words is left out."""


class RequestRefused(ModelRefused):
    """It is this request that is refused; another one, or without a schema, may pass."""


class TookTooLong(ModelUnavailable):
    """It did not answer in time; it may have worked, and may want to be paid for it."""


def failure(entry: Entry, error: BaseException) -> ModelError:
    """The error of the tree for an error of the client."""
    if isinstance(error, ModelError):
        return error
    causes = list(_causes(error))
    if any(isinstance(cause, TooLong) for cause in causes):
        return ModelGarbage(f"{entry.name}: the answer has no end; it was cut.")
    if any(isinstance(cause, BrokenOff) for cause in causes):
        return ModelUnavailable(f"{entry.name}: the answer broke off in the middle.")
    if isinstance(error, TimeoutError):
        return TookTooLong(f"{entry.name} did not answer in time, or fell silent.")
    return _by_kind(entry, error)


def _by_kind(entry: Entry, error: BaseException) -> ModelError:
    from pydantic_ai import exceptions as kinds

    said = _said(error)
    if isinstance(error, kinds.ModelRateLimitError):
        wait = f"; it asks for {error.retry_after:g} seconds of patience" if error.retry_after else ""
        return RateLimited(f"{entry.name} is asked too often{wait}.", error.retry_after)
    if isinstance(error, kinds.ModelQuotaExceededError):
        return ModelRefused(f"{entry.name}: no credit or quota is left{said}. Top it up with the provider, or use another model.")
    if isinstance(error, kinds.ModelAuthenticationError):
        return ModelRefused(
            f"{entry.name} does not accept the key ({entry.key_name or 'none is set'}){said}. Check it; it is not shown here."
        )
    if isinstance(error, kinds.ModelNotFoundError):
        return ModelRefused(f"{entry.name} has no model {entry.model!r}, or the address is wrong{said}. Check model and base_url.")
    if isinstance(error, kinds.ModelRequestTimeout | kinds.ModelTimeoutError):
        return TookTooLong(f"{entry.name} did not answer in time.")
    if isinstance(error, kinds.ModelConnectionError):
        where = "is it running" if not entry.host else "is the network there"
        return ModelUnavailable(f"{entry.name} cannot be reached at {entry.address}, or the answer broke off; {where}?")
    if isinstance(error, kinds.ModelUnavailableError | kinds.ModelServerError):
        return ModelUnavailable(f"{entry.name} is down or overloaded{said}.")
    if isinstance(error, kinds.ModelRequestRejectedError):
        return RequestRefused(f"{entry.name} refuses the request{said}. It may be too long for the model, or ask for what it cannot do.")
    if re.search(r"Error code: 3\d\d", str(error)):
        return ModelRefused(
            f"{entry.name}: {entry.address} sends on to another address. Write that one as base_url; nothing was sent there."
        )
    if isinstance(error, kinds.ModelAPIError | kinds.UnexpectedModelBehavior):
        return ModelGarbage(f"{entry.name}: the answer cannot be read.")
    if isinstance(error, kinds.UserError):
        return ModelRefused(f"{entry.name}: this model does not take such a request.")
    return ModelUnavailable(f"{entry.name}: the request failed ({type(error).__name__}).")


def _said(error: BaseException) -> str:
    """The provider's status and code, where they are plain."""
    code = str(getattr(error, "provider_error_code", None) or "")
    parts = [str(getattr(error, "status_code", "")), code if _CODE.fullmatch(code) else ""]
    return f" ({', '.join(part for part in parts if part)})" if any(parts) else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(20):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__
