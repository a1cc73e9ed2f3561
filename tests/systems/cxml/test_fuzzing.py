"""Whatever a message becomes on its way, the receiver says what it is, and what it takes can be read later."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings

from connector.domain.errors import Malformed
from connector.domain.exchange import Query
from connector.registry import flows
from connector.systems.cxml.system import SYSTEM
from tests.fuzzing import mutated, survives
from tests.inboxes import InboxInMemory
from tests.systems.cxml import messages as xml
from tests.systems.cxml.conftest import Connection
from tests.systems.cxml.test_receiver import multipart

SEEDS = [xml.message(one) for one in (xml.invoice(), xml.CONFIRMATION, xml.SHIP_NOTICE, xml.STATUS)]
PARSE = {flow.source.entity: flow.parse for flow in flows("qad-cxml").values() if flow.source.system == "cxml"}
KIND = 'multipart/related; boundary="b"'


@settings(max_examples=60, deadline=None)
@given(mutated([*SEEDS, multipart(SEEDS[0])]))
def test_whatever_a_message_becomes_its_receiver_says_what_it_is_and_its_flow_reads_it(body: bytes) -> None:
    kind = KIND if body.startswith(b"--b") else "text/xml"
    message = survives(SYSTEM.receiver(Connection()), body, {"content-type": (kind,)})
    if message is None or not message.entity:
        return
    inbox = InboxInMemory()
    inbox.keep(message, body)
    (row,) = [
        row for page in SYSTEM.source(Connection(inbox=inbox)).pages(Query(entity=message.entity)) for row in page.rows
    ]
    assert row.payload["source_key"] == message.key
    with contextlib.suppress(Malformed):
        PARSE[message.entity](row.payload)
