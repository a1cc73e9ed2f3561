"""Traces for OpenTelemetry: each version of a document is one, from when it was read to when its source was told.

Its context lies in the ledger and in no message and no document: the id of the trace is made of the correlation id of
the record, that of its first span of the id of the record. So whichever process does the next step adds to the same
trace, after a crash and weeks later as well.
"""

from __future__ import annotations

import hashlib
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from connector.domain.errors import ConfigurationError
from connector.domain.identity import made_at
from connector.domain.journey import STEP_OF

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from uuid import UUID

    from opentelemetry.sdk.trace import SpanProcessor

    from connector.domain.journey import Change
    from connector.domain.record import AttemptAnswer, Claim, Extracted
    from connector.domain.run import RunClaim

_SDK: Final = "opentelemetry.sdk"
_BILLION: Final = 1_000_000_000
#: a collector that takes longer is away: a process that ends waits no longer for it
_LAST_MILLISECONDS: Final = 3000
_HALF: Final = 1 << 64


def trace_of(correlation_id: str) -> int:
    """The id of a document's trace: any of 128 bits, never zero."""
    return int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[:16]) or 1


def first_span_of(record_id: UUID) -> int:
    """The id of the span that all others of a record lie under."""
    return (record_id.int & (_HALF - 1)) or 1


class Tracing:
    """Implements ports.Meter. Made in the process that works: what sends has a thread, and threads are not forked."""

    def __init__(self, processor: SpanProcessor, *, share: float = 1.0, now: Callable[[], float] = time.time) -> None:
        self._api, sdk = _loaded("opentelemetry.trace"), _loaded(f"{_SDK}.trace")
        resource = _loaded(f"{_SDK}.resources").Resource.create({"service.name": "ml-connector"})
        self._ids = _given_ids(sdk)
        self._provider = sdk.TracerProvider(
            resource=resource, id_generator=self._ids, sampler=_loaded(f"{_SDK}.trace.sampling").ALWAYS_ON
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("ml-connector")
        self._below, self._now = round(share * _HALF), now

    def read(self, run: RunClaim, documents: Sequence[Extracted]) -> None:
        """Begin the traces of documents that were stored."""
        for one in documents:
            trace = trace_of(one.correlation_id)
            if self._is_traced(trace):
                self._ids.give(trace, first_span_of(one.record_id))
                self._span(
                    "read",
                    None,
                    self._read_at(one.record_id),
                    {"flow": run.flow, "connection": run.source_connection, "run": str(run.run_id)}
                    | {"record": str(one.record_id)},
                )

    def settled(self, claim: Claim, change: Change, elapsed: dt.timedelta) -> None:
        """Add a step to the trace of its document."""
        trace = trace_of(claim.correlation_id)
        if not self._is_traced(trace):
            return
        context = self._api.SpanContext(
            trace, first_span_of(claim.record_id), is_remote=True, trace_flags=self._api.TraceFlags(1)
        )
        above = self._api.set_span_in_context(self._api.NonRecordingSpan(context))
        facts: dict[str, Any] = {"flow": claim.flow, "connection": claim.works_on, "record": str(claim.record_id)}
        facts |= {"event": change.event, "state": change.state.value, "version": claim.version, "tries": claim.tries}
        held = {"hold": change.hold.value} if change.hold else {}
        letter = {"code": change.letter.code} if change.letter else {}
        began = self._now() - elapsed.total_seconds()
        self._span(STEP_OF[claim.state].value, above, began, facts | held | letter, failed=change.letter is not None)

    def attempted(self, flow: str, answer: AttemptAnswer) -> None:
        """What came of it is the event of its step."""

    def end(self) -> None:
        """Send what has not been sent yet, and no more."""
        self._provider.force_flush(_LAST_MILLISECONDS)
        self._provider.shutdown()

    def _read_at(self, record_id: UUID) -> float:
        found = made_at(record_id)
        return found.timestamp() if found else self._now()

    def _is_traced(self, trace: int) -> bool:
        return trace % _HALF < self._below

    def _span(self, name: str, above: Any, began: float, facts: dict[str, Any], *, failed: bool = False) -> None:  # noqa: ANN401 - loaded late
        told = {f"ml_connector.{fact}": value for fact, value in facts.items()}
        span = self._tracer.start_span(name, above, attributes=told, start_time=round(began * _BILLION))
        if failed:
            span.set_status(self._api.StatusCode.ERROR)
        span.end(round(self._now() * _BILLION))


def sending_to(address: str, share: float, session: Any) -> Tracing:  # noqa: ANN401 - whatever the exporter posts with
    """Trace to a collector; raises ConfigurationError where the packages of the extra ``traces`` are missing."""
    exporter = _loaded("opentelemetry.exporter.otlp.proto.http.trace_exporter").OTLPSpanExporter(
        endpoint=address, timeout=_LAST_MILLISECONDS / 1000, session=session
    )
    return Tracing(_loaded(f"{_SDK}.trace.export").BatchSpanProcessor(exporter), share=share)


def look_for_packages() -> None:
    """Load them before processes are forked; raises ConfigurationError where they are missing."""
    for module in (f"{_SDK}.trace.export", "opentelemetry.exporter.otlp.proto.http.trace_exporter"):
        _loaded(module)


def _given_ids(sdk: ModuleType) -> Any:  # noqa: ANN401 - its base is loaded late
    """Ids that were given for the next span of this thread, else any."""

    class GivenIds(sdk.RandomIdGenerator):  # type: ignore[misc,name-defined]  # likewise
        def __init__(self) -> None:
            self._next = threading.local()

        def give(self, trace: int, span: int) -> None:
            self._next.trace, self._next.span = trace, span

        def generate_trace_id(self) -> int:
            return self._next.__dict__.pop("trace", None) or super().generate_trace_id()  # type: ignore[no-any-return]  # as above

        def generate_span_id(self) -> int:
            return self._next.__dict__.pop("span", None) or super().generate_span_id()  # type: ignore[no-any-return]  # as above

    return GivenIds()


def _loaded(module: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError:
        raise ConfigurationError(
            "ML_CONNECTOR_TRACES needs packages that are not installed: install ml-connector[traces], or unset it."
        ) from None
