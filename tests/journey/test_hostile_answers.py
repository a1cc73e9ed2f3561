"""Hostile documents as they come over the wire: JSON that is right, and that no document should hold."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.identity import new_id
from connector.pipeline.poll import poll
from connector.systems.qad.adaptive.names import names
from tests.http.misbehaving import Server, misbehaving, says
from tests.journey.hostile import Saying, changed
from tests.journey.stock import TELLING
from tests.systems.concur.conftest import FIS, Connection, KeptTokens, good_token
from tests.systems.qad.conftest import Connection as QadConnection
from tests.systems.qad.conftest import settings as qad_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from connector.domain.exchange import Page, Query
    from connector.ports import Source
    from tests.journey.stock import Stock
    from tests.journey.works import Works

#: what stands for a value in the text of an answer
TOKENS = {
    "a number longer than memory": "1e999999999",
    "a number smaller than anything": "-1e-999999999",
    "a number with a large exponent": "1e400",
    "a whole number of 6000 digits": "9" * 6000,
    "nul": '"a\\u0000b"',
    "half a character": '"\\ud800"',
    "right to left": '"\\u202egnp.exe"',
    "the same key twice": '{"a": 1, "a": {"a": []}}',
    "deep": "[" * 400 + "]" * 400,
    "a megabyte": json.dumps("z" * 1_000_000),
    "formula": '"=cmd|calc!A0"',
}
#: the part of a document with its key, the key, and an amount that is read or might be
FIELDS = {
    "expenses": ("report", "reportId", "totalApprovedAmount"),
    "invoices": ("requestHeader", "requestId", "requestTotal"),
    "cash_advances": ("cashAdvanceData", "cashAdvanceId", "requestAmount"),
}
KINDS = {"expenses": "expense", "invoices": "invoice", "cash_advances": "cashadvance"}
MARK = "@@here@@"


class Wired(Saying):
    """What a real reader makes of a server's answers; it is told nothing."""

    def __init__(self, reader: Source) -> None:
        super().__init__(payloads=())
        self._reader = reader

    def pages(self, query: Query) -> Iterator[Page]:
        return self._reader.pages(query)


@pytest.fixture
def server() -> Iterator[Server]:
    with misbehaving() as made:
        yield made


def spoken(document: Any, token: str) -> str:
    """JSON with a token where the mark is."""
    return json.dumps(document).replace(json.dumps(MARK), token)


def journey(works: Works, flow: str, reader: Source) -> dict[str, Any]:
    """Read everything and go as far as it goes: source key -> record."""
    run_id = new_id()
    works.execute(
        "INSERT INTO runs (id, flow_id, reason) VALUES (:id, :flow, 'manual')", id=run_id, flow=works.flow_id(flow)
    )
    works.calm()
    source = Wired(reader)
    world, works.world = works.world, dataclasses.replace(works.world, source=lambda _: source)
    try:
        said = poll(works.world, run_id)
        made: list[UUID] = [row.id for row in works.rows("SELECT id FROM records WHERE run_id = :run", run=run_id)]
        assert made, said
        for record_id in made:
            works.finish(record_id, steps=4)
    finally:
        works.world = world
    codes = {row.code for row in works.rows("SELECT code FROM dead_letters WHERE record_id = ANY(:made)", made=made)}
    assert "unexpected" not in codes
    return {works.record(one).source_key: works.record(one) for one in made}


@pytest.mark.parametrize("flow", TELLING)
def test_hostile_json_of_concur_stops_no_other_document(stock: Stock, server: Server, flow: str) -> None:
    entity = registry.flow(flow).source.entity
    part, key, amount = FIELDS[entity]
    good = stock.works.source_payload(stock.to_tell[flow][0])["document"]
    texts = []
    for number, token in enumerate(TOKENS.values()):
        for place in (amount, "unheard_of"):
            document = changed(changed(good, (part, key), f"WIRE{number}{place[0]}"), (part, place), MARK)  # type: ignore[arg-type]
            texts.append(spoken({"id": f"w{entity[0]}{number}{place[0]}", "document": document}, token))
    fresh = {**good[part], key: f"GOOD{entity[:3].upper()}", "vendorInvoiceNumber": "WIRE-GOOD"}  # type: ignore[index]
    neighbour = {"id": f"w{entity[0]}good", "document": {**good, part: fresh}}  # type: ignore[dict-item]
    texts.insert(len(texts) // 2, json.dumps(neighbour))
    server.on(f"{FIS}/{KINDS[entity]}/transactions", says(200, f'{{"content": [{",".join(texts)}]}}'.encode()))
    reader = Connection(url="http://127.0.0.1:9", tokens=KeptTokens(good_token(server.url))).source()

    found = journey(stock.works, flow, reader)

    assert len(found) == len(texts)
    assert found[f"GOOD{entity[:3].upper()}"].state == "done", found[f"GOOD{entity[:3].upper()}"].why


def test_hostile_json_of_qad_stops_no_other_row(stock: Stock, server: Server) -> None:
    columns = names({}).entities["accounts"].fields
    good = {columns[ours]: value for ours, value in {"account": "9801", "description": "Good", "active": True}.items()}
    good = {column: good.get(column, "") for column in columns.values()}
    rows = [
        spoken({**good, columns["account"]: f"98{number}{place[:1]}", columns[place]: MARK}, token)
        for number, token in enumerate(TOKENS.values())
        for place in ("description", "active")
    ]
    rows.insert(5, json.dumps(good))
    pages = [says(200, f'{{"data": [{",".join(page)}]}}'.encode()) for page in (rows, [])]
    server.on("/clouderp/api/qracore/browses", *pages)
    config = qad_settings(base_url=f"{server.url}/clouderp", auth="basic", client_id="", timezone="UTC")
    connection = QadConnection(config=registry.system("qad").check(config, {}))

    found = journey(stock.works, "qad_accounts_to_jaggaer", registry.system("qad").source(connection))

    assert len(found) == len(rows)
    assert found["9801"].state == "done", found["9801"].why
