"""Traces in the form of OpenTelemetry, sent to the address that the settings name and nowhere else. Without an address nothing is loaded and nothing is sent.

A span holds names, numbers and the kind of an error; it never holds a word that anybody said, asked or wrote, nor the id of a session. Spans of model
calls follow the GenAI semantic conventions.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

Value = str | int | float | bool
_TIMEOUT = 3.0
"""Seconds to wait for the receiver: whoever ends the room does not wait longer for a receiver that hangs."""
_tracer: Any = None
_provider: Any = None
_tried: str | None = None


def start(endpoint: str | None, told: Callable[[str], None] | None = None) -> None:
    """Begin to send traces to an address; once a process. Where the packages are missing, or the receiver does not take them, it is told once."""
    global _tracer, _provider, _tried
    if not endpoint or endpoint == _tried:
        return
    _tried, tell = endpoint, told or _to_stderr
    try:
        _provider = _made(endpoint, tell)
    except ImportError:
        tell(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the packages that send traces are not installed, so none are sent. "
            'Install them (`pip install "caseroom[telemetry]"`), or unset it.'
        )
        return
    _tracer = _provider.get_tracer("caseroom")


def stop() -> None:
    """Send what is left, and end."""
    global _tracer, _provider, _tried
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = _tried = None


def _made(endpoint: str, told: Callable[[str], None]) -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    from caseroom import __version__

    class Once(SpanExporter):
        """Sends, and says once that it cannot."""

        def __init__(self) -> None:
            self._inner: Any = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_TIMEOUT)
            self._said = False

        def export(self, spans: Any) -> SpanExportResult:
            """Send spans."""
            result: SpanExportResult = self._inner.export(spans)
            if result is not SpanExportResult.SUCCESS and not self._said:
                self._said = True
                told(f"Traces cannot be sent to {endpoint}. Is a receiver (OTLP over HTTP) there? The room works on without.")
            return result

        def shutdown(self) -> None:
            """End."""
            self._inner.shutdown()

    logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
    logging.getLogger("opentelemetry").propagate = False  # what goes wrong is said once, above
    provider = TracerProvider(resource=Resource.create({"service.name": "caseroom", "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(Once()))
    return provider


def _to_stderr(text: str) -> None:
    sys.stderr.write(text + "\n")


class Open:
    """A span that is open, or none where nothing is traced."""

    def __init__(self, span: Any = None) -> None:
        self._span = span

    def set(self, values: Mapping[str, Value]) -> None:
        """Give it attributes."""
        if self._span is not None:
            self._span.set_attributes(values)

    def failed(self, kind: str) -> None:
        """Mark it as failed with a kind of error."""
        if self._span is not None:
            from opentelemetry.trace import Status, StatusCode

            self._span.set_attribute("error.type", kind)
            self._span.set_status(Status(StatusCode.ERROR))


_NONE = Open()


@contextmanager
def span(name: str, values: Mapping[str, Value] | None = None, *, remote: bool = False) -> Iterator[Open]:
    """Something that takes time. What is raised in it marks it with its kind; its words stay here."""
    if _tracer is None:
        yield _NONE
        return
    from opentelemetry.trace import SpanKind

    kind = SpanKind.CLIENT if remote else SpanKind.INTERNAL
    with _tracer.start_as_current_span(name, kind=kind, attributes=values, record_exception=False, set_status_on_exception=False) as opened:
        made = Open(opened)
        try:
            yield made
        except BaseException as error:
            made.failed(type(error).__name__)
            raise


@contextmanager
def model_call(
    model: str, purpose: str, *, operation: str = "text_completion", provider: str = "caseroom", remote: bool = False
) -> Iterator[Open]:  # fmt: skip
    """A call of a model, by the GenAI conventions: `{operation} {model}`. `purpose` says in a word what for."""
    values: dict[str, Value] = {
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "caseroom.purpose": purpose,
    }
    with span(f"{operation} {model}", values, remote=remote) as opened:
        yield opened


def model_name(signature: str) -> str:
    """The name of a model in its signature: that of its file, or of its kind."""
    parts = dict(part.partition(":")[::2] for part in signature.split("|"))
    return parts.get("file") or signature.partition(":")[0]


def usage(tokens_in: int, tokens_out: int, **more: Value) -> dict[str, Value]:
    """What a call used, by the names of the conventions; `more` under our own."""
    return {
        "gen_ai.usage.input_tokens": tokens_in,
        "gen_ai.usage.output_tokens": tokens_out,
        **{f"caseroom.{k}": v for k, v in more.items()},
    }
