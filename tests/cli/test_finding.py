"""A person finds a document by the number that stands on it, in lists and wherever a record is named."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from connector.domain import canonical, payload
from connector.domain.journey import Step
from connector.domain.payload import payload_identity
from connector.domain.summary import Summary
from connector.operations.operator import Operator
from connector.operations.work import naming, seeking
from connector.store.operator import listing
from tests.flows.golden import PAIRS
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

INVOICE = Summary(
    kind="supplier invoice",
    number="INV-4711",
    party="10023",
    date=dt.date(2026, 11, 10),
    amount=Decimal("206.94"),
    currency="EUR",
    references={"purchase order": "PO10001"},
)
OTHER = replace(INVOICE, number="INV-47110", amount=Decimal(5), references={})


def keys(terminal: Terminal, *words: str) -> list[str]:
    return [one["source_key"] for one in terminal.json(*words)]


def test_what_was_taken_with_a_warning_is_listed_with_it(terminal: Terminal, scene: Scene) -> None:
    record = scene.read_one("W-1")
    scene.finish(record)
    scene.change("UPDATE attempts SET warning = 'The field remarks is not used.' WHERE record_id = :id", id=record)
    assert "The field remarks is not used." in " ".join(terminal.ok("record", "list", "--warned").out.split())
    assert terminal.json("record", "list", "--warned")[0]["warning"] == "The field remarks is not used."


def test_lists_are_searched_by_number_party_amount_and_time(terminal: Terminal, scene: Scene) -> None:
    scene.read_called({"one": INVOICE, "two": OTHER})
    assert keys(terminal, "record", "list", "--search", "inv-4711") == ["one", "two"]
    assert keys(terminal, "record", "list", "--search", "po10001") == ["one"]
    assert sorted(keys(terminal, "record", "list", "--party", "10023")) == ["one", "two"]
    assert keys(terminal, "record", "list", "--amount", "100..300") == ["one"]
    assert keys(terminal, "record", "list", "--search", "INV", "--since", "1h", "--amount", "5") == ["two"]
    assert keys(terminal, "record", "list", "--until", "1h") == []
    assert len(terminal.json("run", "list", "--since", "1h")) == 1
    assert terminal.json("run", "list", "--until", "1h") == []


def test_what_a_document_is_called_stands_in_lists_and_beside_it(terminal: Terminal, scene: Scene) -> None:
    (record,) = scene.read_called({"5001": INVOICE})
    assert scene.settle(scene.held(record, Step.MAP), BURIED)
    for words in (("record", "list"), ("dead", "list"), ("record", "show", "INV-4711"), ("dead", "show", "INV-4711")):
        said = terminal.ok(*words).out
        assert all(words in said for words in ("INV-4711", "10023", "206.94")), said
    assert terminal.json("record", "show", "INV-4711")["record"]["references"] == {"purchase order": "PO10001"}


def test_dead_letters_are_searched_as_records_are(terminal: Terminal, scene: Scene) -> None:
    for record in scene.read_called({"one": INVOICE, "two": OTHER}):
        assert scene.settle(scene.held(record, Step.MAP), BURIED)
    assert sorted(keys(terminal, "dead", "list", "--search", "INV-4711")) == ["one", "two"]
    assert sorted(keys(terminal, "dead", "list", "--party", "10023")) == ["one", "two"]
    assert keys(terminal, "dead", "list", "--amount", "5") == ["two"]
    assert keys(terminal, "dead", "list", "--until", "1h") == []
    assert keys(terminal, "dead", "list", "--since", "1h", "--search", "PO10001") == ["one"]


@pytest.mark.parametrize("counted", [10_000, 2])
def test_a_list_that_is_cut_says_how_much_there_is(
    terminal: Terminal, scene: Scene, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    for module in (listing, seeking):
        monkeypatch.setattr(module, "COUNTED", counted)
    for record in scene.read_called({f"K-{number}": replace(INVOICE, number=f"N{number}") for number in range(3)}):
        assert scene.settle(scene.held(record, Step.MAP), BURIED)
    words = "1 of 3" if counted > 3 else "1 of more than 2"
    for command in (("record", "list"), ("record", "list", "--search", "N"), ("dead", "list")):
        assert f"{words}; --limit shows more." in terminal.ok(*command, "--limit", "1").err
        assert "of" not in terminal.ok(*command, "--limit", "3").err


def test_a_number_names_the_newest_version_and_shows_the_others(terminal: Terminal, scene: Scene) -> None:
    (first,) = scene.read_called({"5001": INVOICE})
    scene.finish(first, "2026/APINV/17")
    (second,) = scene.read_called({"5001": replace(INVOICE, amount=Decimal(7))}, "second")
    for words in ("inv-4711", "PO10001", "2026/apinv/17"):
        shown = terminal.json("record", "show", words)
        assert shown["record"]["id"] in {str(second), str(first)}
        assert [version["id"] for version in shown["versions"]] == [str(second), str(first)]
    assert str(first) in terminal.ok("record", "show", "INV-4711").out
    events = terminal.json("audit", "show", "INV-4711")
    assert {event["subject"] for event in events} == {str(first), str(second)}
    assert {event["subject"] for event in terminal.json("audit", "show", str(first))} == {str(first)}
    assert terminal.json("audit", "show", "INV-4711", "--until", "2020-01-01") == []


def test_a_number_of_several_documents_names_them_all(terminal: Terminal, scene: Scene) -> None:
    records = scene.read_called({"one": INVOICE, "two": replace(INVOICE, party="10024")})
    said = terminal("record", "show", "INV-4711")
    assert said.code == 2
    assert all(f"{record} (supplier invoice INV-4711 of acme/invoices, version 1)" in said.err for record in records)
    assert scene.settle(scene.held(records[0], Step.MAP), BURIED)
    assert terminal.json("dead", "show", "INV-4711")["source_key"] == "one"


def test_a_number_means_the_document_and_not_what_only_tells_of_it(terminal: Terminal, scene: Scene) -> None:
    invoice, payment = scene.read_called({"5001": INVOICE, "P": replace(INVOICE, kind="payment of supplier invoice")})
    assert terminal.json("record", "show", "INV-4711")["record"]["id"] == str(invoice)
    assert scene.settle(scene.held(payment, Step.MAP), BURIED)
    assert terminal.json("dead", "show", "INV-4711")["source_key"] == "P"


def test_a_party_alone_names_no_record(terminal: Terminal, scene: Scene) -> None:
    scene.read_called({"one": INVOICE})
    assert "There is no record '10023'" in terminal("record", "show", "10023").err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--amount", "x"], "is no amount: write 206.94"),
        (["--amount", "5..1"], "is no amount"),
        (["--amount", ".."], "is no amount"),
        (["--search", " "], "names nothing"),
        (["--since", "1h", "--until", "2h"], "nothing can be between them"),
        (["--since", "soon"], "is not a moment"),
    ],
)
def test_what_cannot_be_looked_for_is_a_mistake(terminal: Terminal, options: list[str], said: str) -> None:
    for command in ("record", "dead"):
        answer = terminal(command, "list", *options)
        assert (answer.code, said in answer.err) == (2, True), answer


def test_records_of_an_earlier_release_are_named_from_their_documents(
    terminal: Terminal, scene: Scene, built: Application
) -> None:
    flow = "qad_invoices_to_jaggaer"
    scene.change("UPDATE flows SET name = :name WHERE id = :id", name=flow, id=scene.invoices)
    document = PAIRS["qad-jaggaer"].read(f"{flow}/amount-on-hold.source.json")
    records = scene.read_called(dict.fromkeys(("5001", "unreadable", "foreign", "removed")))
    for record, key, held in zip(
        records, ("5001", "unreadable", "5001", ""), (document, {}, document, {}), strict=True
    ):
        labelled = payload.labelled(held, flow_id=scene.invoices, key=key)
        sealed = scene.vault.seal(canonical.dumps(labelled), payload_identity(record, "source"))
        scene.change("UPDATE payloads SET sealed = :sealed WHERE record_id = :id", sealed=sealed, id=record)
    scene.alter("DELETE FROM payloads WHERE record_id = :id", id=records[3])

    operator = Operator(application=built, actor="operator:a")
    killed = naming.fill(operator, batch=1)
    before = next(killed).named
    killed.close()
    assert naming.missing(operator) == 4 - before

    said = terminal("db", "fill-summaries")
    assert (said.code, f"Named {3 - before} records." in said.out) == (1, True), said
    assert "1 record stays without" in said.err
    assert keys(terminal, "record", "list", "--search", "inv77-a") == ["5001"]
    for key in ("unreadable", "removed"):
        assert keys(terminal, "record", "list", "--search", key) == [key]
    assert terminal.json("audit", "verify")["ok"]
