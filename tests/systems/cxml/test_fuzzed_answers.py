"""Whatever a network answers, a message was taken, refused by its own word, or nobody knows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from connector.domain.errors import ConnectorError, CredentialsRefused, Refused, Unanswered, Unavailable
from connector.http.request import Answer
from connector.systems.cxml.answers import understood
from tests.fuzzing import mutated
from tests.xml.hostile import HOSTILE

SAID = '<cXML payloadID="r"><Response><Status code="{}" text="Words">more</Status></Response></cXML>'
TAKEN, NO, LATER = (SAID.format(code).encode() for code in (200, 400, 560))


def answer(body: bytes, status: int = 200) -> Answer:
    return Answer(status=status, headers={}, text=body.decode("utf-8", "replace"), where="The network", writes=True)


def error_of(body: bytes) -> ConnectorError | None:
    try:
        understood(answer(body))
    except ConnectorError as error:
        return error
    return None


@settings(max_examples=100, deadline=None)
@given(mutated([TAKEN, NO, LATER]))
def test_only_its_own_status_ends_the_doubt(body: bytes) -> None:
    error, plain = error_of(body), body.replace(b"\0", b"")
    assert error is None or error.message.isprintable()
    if error is None or isinstance(error, (Refused, Unavailable, CredentialsRefused)):
        assert b"<Status" in plain
        assert b"cXML" in plain


@pytest.mark.parametrize("case", sorted(HOSTILE))
def test_what_is_hostile_leaves_it_in_doubt(case: str) -> None:
    assert type(error_of(HOSTILE[case][0])) is Unanswered
