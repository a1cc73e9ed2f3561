"""The trace of a document, put together by processes that know nothing of each other but what the ledger says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from connector.domain.errors import ConfigurationError
from connector.domain.identity import new_id
from connector.domain.journey import Change, Letter
from connector.domain.record import AttemptAnswer, Extracted, State
from connector.domain.run import RunClaim
from connector.metering.several import Several
from connector.ports import Unmetered
from connector.tracing import Tracing, _loaded, first_span_of, trace_of
from tests.metering.test_counting import AT, a_claim

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

SECOND = dt.timedelta(seconds=1)
DONE = Change(state=State.DONE, event="record.done", why="a sentence with INV-CANARY")


def a_process(share: float = 1.0) -> tuple[Tracing, InMemorySpanExporter]:
    spans = InMemorySpanExporter()
    return Tracing(SimpleSpanProcessor(spans), share=share, now=lambda: 2_000_000_000.0), spans


def a_run() -> RunClaim:
    return RunClaim(
        run_id=new_id(),
        flow_id=new_id(),
        integration_id=new_id(),
        flow="qad_invoices_to_jaggaer",
        source_connection="acme-qad",
        fence=1,
        claimed_at=AT,
        started_at=AT,
        cursor=None,
        since=None,
        only_key=None,
        limit=None,
        position=None,
    )


def read(correlation: str) -> Extracted:
    return Extracted(
        record_id=new_id(),
        source_key="INV-CANARY",
        fingerprint="x",
        after_version=0,
        payload=b"INV-CANARY",
        correlation_id=correlation,
    )


def only(spans: InMemorySpanExporter) -> ReadableSpan:
    (span,) = spans.get_finished_spans()
    return span


def test_each_process_adds_its_step_to_the_one_trace_of_the_document() -> None:
    (polls, read_there), (maps, mapped_there), (loads, loaded_there) = (a_process() for _ in range(3))
    document = read("mlc-7")
    claim = replace(a_claim(), record_id=document.record_id, correlation_id=document.correlation_id)
    polls.read(a_run(), [document])
    maps.settled(
        replace(claim, state=State.EXTRACTED), Change(state=State.MAPPED, event="record.mapped", why=""), SECOND
    )
    loads.settled(claim, DONE, SECOND)
    loads.attempted(claim.flow, AttemptAnswer.ACCEPTED)
    first, *rest = spans = [only(one) for one in (read_there, mapped_there, loaded_there)]
    assert [span.name for span in spans] == ["read", "map", "load"]
    assert {span.context.trace_id for span in spans} == {trace_of("mlc-7")}
    assert first.parent is None
    assert first.context.span_id == first_span_of(document.record_id)
    assert all(span.parent and span.parent.span_id == first.context.span_id for span in rest)
    assert len({span.context.span_id for span in spans}) == 3
    assert (rest[1].end_time or 0) - (rest[1].start_time or 0) == 1_000_000_000
    assert (rest[1].attributes or {})["ml_connector.event"] == "record.done"


def test_nothing_of_a_document_is_in_its_trace() -> None:
    tracing, spans = a_process()
    tracing.read(a_run(), [read("mlc-7")])
    tracing.settled(a_claim(), DONE, SECOND)
    assert "CANARY" not in " ".join(span.to_json() for span in spans.get_finished_spans())


def test_what_ended_as_a_dead_letter_is_an_error() -> None:
    tracing, spans = a_process()
    letter = Letter(code="refused", reason="", suggestion="")
    tracing.settled(a_claim(), Change(state=State.DEAD, event="record.dead", why="", letter=letter), SECOND)
    assert only(spans).status.status_code is StatusCode.ERROR
    assert (only(spans).attributes or {})["ml_connector.code"] == "refused"


@pytest.mark.parametrize(("share", "least", "most"), [(0.0, 0, 0), (0.25, 20, 80), (1.0, 200, 200)])
def test_a_share_of_the_documents_is_traced_each_by_all_or_by_none(share: float, least: int, most: int) -> None:
    (polls, read_there), (loads, loaded_there) = a_process(share), a_process(share)
    for number in range(200):
        document = read(f"mlc-{number}")
        polls.read(a_run(), [document])
        loads.settled(
            replace(a_claim(), record_id=document.record_id, correlation_id=document.correlation_id), DONE, SECOND
        )
    begun = {span.context.trace_id for span in read_there.get_finished_spans()}
    assert least <= len(begun) <= most
    assert {span.context.trace_id for span in loaded_there.get_finished_spans()} == begun


def test_a_meter_that_fails_keeps_nobody_from_working(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Unmetered):
        def attempted(self, flow: str, answer: AttemptAnswer) -> None:
            raise LookupError(flow)

    class Heard(Unmetered):
        def attempted(self, flow: str, answer: AttemptAnswer) -> None:
            heard.append(flow)

    heard: list[str] = []
    Several([Broken(), Heard()]).attempted("f", AttemptAnswer.ACCEPTED)
    assert heard == ["f"]
    assert [record.message for record in caplog.records] == ["meter.failed"]


def test_packages_that_are_missing_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"install ml-connector\[traces\]"):
        _loaded("opentelemetry.exporter.of_nobody")
