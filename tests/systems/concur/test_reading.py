from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from connector.domain import canonical
from connector.domain.errors import (
    Recalled,
    Unavailable,
    UnknownName,
)
from connector.domain.exchange import Query, Result
from connector.domain.outcome import Cancel
from connector.ports import Acknowledging, Confirming
from tests.systems.concur.conftest import Connection
from tests.systems.concur.sources import POSTED, made, read, source_of, status

if TYPE_CHECKING:
    from connector.domain.exchange import Page
    from sandbox.server import SandboxServer


def test_a_source_of_concur_is_told_and_asked_by_the_pipeline(unasked: Connection) -> None:
    source = source_of(unasked)

    assert isinstance(source, Acknowledging)
    assert isinstance(source, Confirming)


@pytest.mark.parametrize(("entity", "count"), [("expenses", 23), ("invoices", 10), ("cash_advances", 7)])
@pytest.mark.parametrize("document_format", ["text", "JSON"])
def test_every_waiting_document_is_read_once_although_acknowledging_shrinks_the_list(
    sandbox: SandboxServer, entity: str, count: int, document_format: str
) -> None:
    expected = made(sandbox, **{entity: count})
    sandbox.set_options(extra_elements=40)
    connection = Connection(url=sandbox.url, settings={"page_size": 4, "document_format": document_format})

    found = read(source_of(connection), entity)

    assert sorted(payload["doc_id"] for payload in found) == sorted(expected)
    assert all(isinstance(payload["document"], dict) and payload["source_key"] for payload in found)
    assert sandbox.state("without_correlation")["without_correlation"] == 0
    assert read(source_of(connection), entity) == []


def test_reading_without_acknowledging_skips_nothing_and_changes_nothing(sandbox: SandboxServer) -> None:
    expected = made(sandbox, expenses=11)
    source = source_of(Connection(url=sandbox.url, settings={"page_size": 3}))

    for _ in range(2):
        assert sorted(p["doc_id"] for p in read(source, "expenses", acknowledge=False)) == sorted(expected)


def test_a_list_that_says_how_much_changed_is_never_taken_for_everything(connection: Connection) -> None:
    assert [page.everything for page in source_of(connection).pages(Query(entity="expenses"))] == [False]


def test_a_read_goes_on_from_where_an_earlier_slice_stopped(sandbox: SandboxServer) -> None:
    expected = made(sandbox, expenses=7)
    source = source_of(Connection(url=sandbox.url, settings={"page_size": 3}))
    pages = source.pages(Query(entity="expenses"))
    first: Page = next(pages)
    source.acknowledge("expenses", [row.payload for row in first.rows])

    rest = read(source, "expenses", position=first.next)

    seen = [row.payload["doc_id"] for row in first.rows] + [payload["doc_id"] for payload in rest]
    assert sorted(seen) == sorted(expected)
    assert first.next is not None
    json.dumps(first.next)


def test_text_and_object_give_the_same_payload_to_the_last_digit(sandbox: SandboxServer) -> None:
    made(sandbox, expenses=5, invoices=5)
    for entity in ("expenses", "invoices"):
        as_text, as_object = (
            read(source_of(Connection(url=sandbox.url, settings={"document_format": form})), entity, acknowledge=False)
            for form in ("text", "JSON")
        )
        assert canonical.dumps(as_text) == canonical.dumps(as_object)


def test_a_document_stays_the_same_when_it_is_ours(sandbox: SandboxServer) -> None:
    [doc_id] = made(sandbox, expenses=1)
    source = source_of(Connection(url=sandbox.url, settings={"system_id": "S1"}))
    sandbox.add_documents({"assign": {"systemId": "S1", "documents": [doc_id]}})
    [before] = read(source, "expenses")

    [after] = read(source, "expenses", acknowledge=False, key=doc_id)

    assert canonical.fingerprint(before) == canonical.fingerprint(after)


def test_documents_of_test_users_stay_on_the_list_unless_they_are_wanted(sandbox: SandboxServer) -> None:
    ours = made(sandbox, expenses=3)
    tests = made(sandbox, expenses=4, set={"isTest": "Y"})
    settings = {"page_size": 2}
    source = source_of(Connection(url=sandbox.url, settings=settings))
    wanted = Connection(url=sandbox.url, settings={**settings, "allow_test_documents": True})

    assert sorted(p["doc_id"] for p in read(source, "expenses")) == sorted(ours)
    assert read(source, "expenses", key=tests[0]) == []
    found = read(source_of(wanted), "expenses")
    assert sorted(p["doc_id"] for p in found) == sorted(tests)
    assert all(payload["is_test"] is True for payload in found)


def test_a_document_is_found_by_its_id_whatever_became_of_it(sandbox: SandboxServer, connection: Connection) -> None:
    doc_id, *_ = made(sandbox, expenses=3)
    source = source_of(connection)
    read(source, "expenses")

    [found] = read(source, "expenses", acknowledge=False, key=doc_id)

    assert found["doc_id"] == doc_id


@pytest.mark.parametrize("entity", ["expenses", "invoices", "cash_advances"])
def test_a_waiting_document_is_found_by_what_it_is_about(
    sandbox: SandboxServer, connection: Connection, entity: str
) -> None:
    made(sandbox, **{entity: 5})
    source = source_of(connection)
    wanted = read(source, entity, acknowledge=False)[3]

    assert read(source, entity, acknowledge=False, key=wanted["source_key"]) == [wanted]
    assert read(source, entity, acknowledge=False, key="f" * 32) == []
    assert read(source, entity, acknowledge=False, key="nothing") == []


def test_what_comes_back_of_an_advance_is_a_document_of_its_own_and_found_by_its_own_key(
    sandbox: SandboxServer, connection: Connection
) -> None:
    [advance] = made(sandbox, cash_advances=1)
    [back] = sandbox.add_documents({"give_back": [{"document": advance, "amount": "10.00"}]})["give_back"]
    source = source_of(connection)

    first, second = read(source, "cash_advances", acknowledge=False)

    assert (first["doc_id"], second["doc_id"]) == (advance, back)
    assert first["source_key"] == second["source_key"]
    assert [row["amount"] for row in second["document"]["journalData"]] == [Decimal(-10)]
    assert read(source, "cash_advances", acknowledge=False, key=f"{first['source_key']}/{back}") == [second]


def test_what_is_listed_waits_for_an_answer_and_what_is_only_looked_at_does_not(
    sandbox: SandboxServer, connection: Connection
) -> None:
    [doc_id] = made(sandbox, expenses=1)
    source = source_of(connection)

    def owed(key: str | None) -> list[tuple[bool, bool]]:
        pages = source.pages(Query(entity="expenses", key=key))
        return [(row.owed, row.corrects) for page in pages for row in page.rows]

    assert owed(None) == owed(doc_id) == [(True, False)]
    [payload] = read(source, "expenses")
    assert owed(doc_id) == [(False, False)]
    source.confirm("expenses", payload, Result(refused="Closed."))
    sandbox.add_documents({"resubmit": [doc_id]})
    assert owed(None) == [(True, True)]


def test_an_unknown_entity_has_its_sentence(unasked: Connection) -> None:
    with pytest.raises(UnknownName, match="There is no entity to read from Concur 'expense'"):
        list(source_of(unasked).pages(Query(entity="expense")))


def test_what_was_recalled_before_we_had_it_is_not_ours(sandbox: SandboxServer, connection: Connection) -> None:
    gone, kept = made(sandbox, expenses=2)
    source = source_of(connection)
    [page] = [page for page in source.pages(Query(entity="expenses")) if page.rows]
    sandbox.add_documents({"recall": [gone]})
    payloads = [row.payload for row in page.rows]

    lost = source.acknowledge("expenses", payloads)

    assert [payloads[place]["doc_id"] for place in lost] == [gone]
    assert "taken document" in str(next(iter(lost.values())))
    assert [p["doc_id"] for p in payloads if p["doc_id"] != gone] == [kept]


def test_what_another_system_took_is_not_ours(sandbox: SandboxServer, connection: Connection) -> None:
    [doc_id] = made(sandbox, invoices=1)
    source = source_of(connection)
    payloads = read(source, "invoices", acknowledge=False)
    sandbox.add_documents({"take": {"systemId": "SAP-ERP", "documents": [doc_id]}})

    [said] = source.acknowledge("invoices", payloads).values()
    assert isinstance(said, Cancel)
    assert "belongs to another system" in said.reason or "System 'SAP-ERP' has" in said.reason


def test_acknowledging_and_confirming_twice_is_harmless(sandbox: SandboxServer, connection: Connection) -> None:
    made(sandbox, expenses=2)
    source = source_of(connection)
    payloads = read(source, "expenses")

    assert source.acknowledge("expenses", payloads) == {}
    assert "posting as 7" in source.confirm("expenses", payloads[0], POSTED)
    assert "had been told before" in source.confirm("expenses", payloads[0], POSTED)
    assert status(sandbox)["expenses"] == {"ACKNOWLEDGED": 1, "POSTING_CONFIRMED_SUCCESS": 1}


def test_a_confirmation_acknowledges_what_was_not_acknowledged(sandbox: SandboxServer, connection: Connection) -> None:
    made(sandbox, cash_advances=1)
    source = source_of(connection)
    [payload] = read(source, "cash_advances", acknowledge=False)

    source.confirm("cash_advances", payload, POSTED)

    assert status(sandbox)["cash_advances"] == {"POSTING_CONFIRMED_SUCCESS": 1}


def test_a_refusal_goes_back_to_concur_whole_and_the_correction_comes_again(
    sandbox: SandboxServer, connection: Connection
) -> None:
    [doc_id] = made(sandbox, invoices=1)
    source = source_of(connection)
    [payload] = read(source, "invoices")
    words = "Cost centre 120 is closed. " * 100

    source.confirm("invoices", payload, Result(refused=words))

    assert status(sandbox)["invoices"] == {"POSTING_CONFIRMED_FAILURE": 1}
    assert "gave the document back" in source.withdrawn("invoices", payload)
    sandbox.add_documents({"resubmit": [doc_id]})
    [again] = read(source, "invoices")
    assert (again["source_key"], again["revision"]) == (payload["source_key"], str(int(payload["revision"]) + 1))
    assert again["doc_id"] != doc_id


def test_a_document_taken_back_while_we_had_it_is_withdrawn(sandbox: SandboxServer, connection: Connection) -> None:
    [doc_id] = made(sandbox, invoices=1)
    source = source_of(connection)
    [payload] = read(source, "invoices")
    assert source.withdrawn("invoices", payload) == ""

    sandbox.add_documents({"recall": [doc_id]})

    assert f"taken the document back (document {doc_id}, RECALLED)" in source.withdrawn("invoices", payload)
    with pytest.raises(Recalled, match="correlation id"):
        source.confirm("invoices", payload, POSTED)


def test_a_document_concur_never_had_is_withdrawn(connection: Connection) -> None:
    assert "does not have document" in source_of(connection).withdrawn("expenses", {"doc_id": "f" * 32})


def test_an_answer_to_an_acknowledgement_that_gets_lost_is_asked_for_again(
    sandbox: SandboxServer, connection: Connection
) -> None:
    made(sandbox, expenses=1)
    source = source_of(connection)
    payloads = read(source, "expenses", acknowledge=False)
    sandbox.set_faults({"match": {"path": "acknowledgements"}, "kind": "reset-after", "count": 1})

    with pytest.raises(Unavailable):
        source.acknowledge("expenses", payloads)
    assert source.acknowledge("expenses", payloads) == {}


def test_a_refresh_token_is_replaced_whenever_an_access_token_ends(sandbox: SandboxServer) -> None:
    connection = Connection(url=sandbox.url)
    source = source_of(connection)
    for _ in range(3):
        made(sandbox, expenses=1)
        sandbox.set_options(revoke_tokens=True)
        assert len(read(source, "expenses")) == 1

    refreshed = [token.refresh for token in connection.tokens.kept]
    assert len(set(refreshed)) == len(refreshed) >= 3
