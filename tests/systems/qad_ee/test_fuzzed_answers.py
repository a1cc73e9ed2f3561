"""Whatever a site answers, a read is whole or says why not, and a write is taken, refused or in doubt."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings

from connector.domain.errors import ConnectorError, Refused, Unavailable
from connector.domain.exchange import Query
from connector.http.request import Answer
from connector.systems.qad_ee.config import read
from connector.systems.qad_ee.names import names
from connector.systems.qad_ee.site import Site
from connector.systems.qad_ee.source import QadEeSource
from connector.systems.qad_ee.target import QadEeTarget
from tests.fuzzing import mutated
from tests.systems.qad.posted import invoice
from tests.systems.qad_ee.posting import TAKEN
from tests.systems.qad_ee.standing_in import Connection, fault, message, said
from tests.systems.qad_ee.standing_in import settings as right
from tests.systems.qad_ee.test_reading import QUERY, orders

if TYPE_CHECKING:
    from connector.http.request import Request

NO = said("bcinvoice", "error", message("TransactionException001: no such period"))


@dataclass
class Says:
    """An HTTP that always has this answer."""

    body: bytes
    asked: int = 0

    def send(self, request: Request) -> Answer:
        self.asked += 1
        content = self.body if self.asked == 1 else b""  # what is asked for next has no answer
        return Answer(status=200, headers={}, text="", where="QAD", writes=request.writes, content=content)


def site(body: bytes) -> Site:
    config = right()
    made = Site(Connection(config=config), read(config), names({}))
    says: Any = Says(body)
    made.client._http = says
    return made


@settings(max_examples=60, deadline=None)
@given(mutated([said(QUERY, "success", data=orders("PO1", "PO2")).encode(), fault("Client", "no such API").encode()]))
def test_whatever_a_read_is_answered(body: bytes) -> None:
    found: list[object] = []
    with contextlib.suppress(ConnectorError):
        for page in QadEeSource(site(body)).pages(Query(entity="orders")):
            found += page.rows
    assert len(found) <= 4, "nothing is made up"


@settings(max_examples=60, deadline=None)
@given(mutated([TAKEN.encode(), NO.encode(), fault("Server", "trouble").encode()]))
def test_whatever_a_write_is_answered_only_qads_own_word_ends_the_doubt(body: bytes) -> None:
    target, plain, ended = QadEeTarget(site(body)), body.replace(b"\0", b""), b""
    try:
        target.write(invoice())
        ended = b"success"
    except (Refused, Unavailable):
        ended = b"Exception"
    except ConnectorError:
        pass  # in doubt, or not even looked at
    assert ended in plain
