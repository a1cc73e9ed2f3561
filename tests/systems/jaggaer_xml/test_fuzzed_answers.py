"""Whatever JAGGAER Indirect answers, an order was taken, refused by its own word, or nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from connector.domain.errors import ConnectorError, CredentialsRefused, Refused, Unanswered
from connector.http.request import Answer
from tests.fuzzing import mutated
from tests.systems.jaggaer_xml.conftest import NEW, Connection
from tests.xml.hostile import HOSTILE

if TYPE_CHECKING:
    from connector.http.request import Request

STATUS = "<Status><StatusCode>{}</StatusCode><StatusText>{}</StatusText></Status>"
SAID = f"<PurchaseOrderMessage>{STATUS}</PurchaseOrderMessage>"
TAKEN, NO = SAID.format(200, "Success").encode(), SAID.format(406, "Failure").encode()


@dataclass
class Says:
    """An HTTP that always has this answer."""

    body: bytes

    def send(self, request: Request) -> Answer:
        said = self.body.decode("utf-8", "replace")
        return Answer(status=200, headers={}, text=said, where="JAGGAER", writes=request.writes, content=self.body)


def error_of(body: bytes) -> ConnectorError | None:
    target = Connection(url="https://jaggaer.example", settings={"order_numbers_unique": True}).target()
    says: Any = Says(body)
    for writer in vars(target).values():
        for one in writer.values() if isinstance(writer, dict) else [writer]:
            if hasattr(one, "client"):
                one.client._http = says
    try:
        target.write(NEW)
    except ConnectorError as error:
        return error
    return None


@settings(max_examples=60, deadline=None)
@given(mutated([TAKEN, NO]))
def test_only_its_own_status_ends_the_doubt(body: bytes) -> None:
    error = error_of(body)
    if error is None or isinstance(error, (Refused, CredentialsRefused)):
        assert b"<Status" in body.replace(b"\0", b"")


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_what_is_hostile_leaves_it_in_doubt(case: str) -> None:
    assert type(error_of(HOSTILE[case][0])) is Unanswered
