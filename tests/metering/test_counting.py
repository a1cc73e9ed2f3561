"""Counters of processes that come and go."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from connector.domain.identity import made_at, new_id
from connector.domain.journey import Change
from connector.domain.record import AttemptAnswer, Claim, State
from connector.metering import names
from connector.metering.counting import Counters, keep_in, kept_in
from connector.metering.exposition import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The place of the process that counts; another one is as if it had been forked."""
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    here = ["0"]
    keep_in(tmp_path, lambda: here[0])
    yield here
    values.ValueClass.close_all_files()


def a_claim(state: State = State.MAPPED) -> Claim:
    return Claim(
        record_id=new_id(),
        document_id=new_id(),
        flow_id=new_id(),
        integration_id=new_id(),
        flow="qad_invoices_to_jaggaer",
        source_connection="a",
        target_connection="b",
        source_key="INV-CANARY",
        version=1,
        state=state,
        fence=1,
        tries=0,
        crashes=0,
        waiting_since=None,
        claimed_at=AT,
        source_payload=None,
        target_payload=None,
        correlation_id="mlc-1",
        audit_head=b"",
    )


def told(directory: Path) -> dict[tuple[str, ...], float]:
    text = text_of([], kept_in(directory)).decode()
    assert "CANARY" not in text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_ended_is_counted_by_flow_step_and_event(place: list[str], tmp_path: Path) -> None:
    claim = a_claim()
    read_at = made_at(claim.record_id)
    assert read_at
    counters = Counters(now=lambda: read_at.timestamp() + 4)
    counters.settled(claim, Change(state=State.DONE, event="record.done", why=""), SECOND)
    counters.settled(a_claim(), Change(state=State.MAPPED, event="record.retry", why=""), SECOND)
    counters.attempted(claim.flow, AttemptAnswer.ACCEPTED)
    found = told(tmp_path)
    assert found[names.SETTLED.name, "record.done", claim.flow, "load"] == 1
    assert found[names.SETTLED.name, "record.retry", claim.flow, "load"] == 1
    assert found[names.ATTEMPTS.name, "accepted", claim.flow] == 1
    assert found[f"{names.STEP.name}_count", "load"] == 2
    assert found[f"{names.STEP.name}_bucket", "1.0", "load"] == 2
    assert found[f"{names.JOURNEY.name}_count", claim.flow] == 1, "only what is there has arrived"
    assert found[f"{names.JOURNEY.name}_sum", claim.flow] == pytest.approx(4)


def test_what_a_dead_process_counted_stays_and_whoever_follows_it_goes_on(place: list[str], tmp_path: Path) -> None:
    counters = Counters()
    for process in ("0", "1", "0", "1", "0"):
        place[0] = process  # as if each had been forked in the place of a dead one
        counters.attempted("f", AttemptAnswer.ACCEPTED)
    assert told(tmp_path)[names.ATTEMPTS.name, "accepted", "f"] == 5
    assert len(list(tmp_path.glob("counter_*.db"))) == 2, "as many files as places"


def test_a_worker_that_starts_begins_anew(place: list[str], tmp_path: Path) -> None:
    Counters().attempted("f", AttemptAnswer.ACCEPTED)
    values.ValueClass.close_all_files()
    keep_in(tmp_path, lambda: "0")
    assert told(tmp_path) == {}
