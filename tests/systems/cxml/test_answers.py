"""What a network's answer to an order means, over real HTTP."""

from __future__ import annotations

import pytest

from connector.domain import errors
from connector.domain.exchange import Safety
from connector.systems.cxml.system import SYSTEM
from tests.http.misbehaving import Behaviour, resets, says, truncates
from tests.systems.cxml.conftest import Connection, network
from tests.systems.cxml.test_written import outgoing


def response(code: object, text: str = "Words", *, http: int = 200) -> Behaviour:
    body = f'<cXML payloadID="r"><Response><Status code="{code}" text="{text}">more.</Status></Response></cXML>'
    return says(http, body.encode(), Content_Type="text/xml")


def written(behaviour: Behaviour) -> str:
    with network(behaviour) as server:
        return SYSTEM.target(Connection(url=f"{server.url}/cxml")).write(outgoing("qad_orders_to_cxml/new")).answer


@pytest.mark.parametrize("code", [200, 201, 204, 280, 281])
def test_what_is_taken_is_taken(code: int) -> None:
    assert written(response(code)) == "Words more", "without their full stop: they stand within a sentence of ours"


@pytest.mark.parametrize(
    ("behaviour", "kind", "said"),
    [
        (response(401), errors.CredentialsRefused, "shared_secret"),
        (response(400), errors.Refused, "status 400: Words more"),
        (response(409), errors.Refused, "status 409"),
        (response(417, http=417), errors.Refused, "status 417"),
        (response(560), errors.Unavailable, "status 560"),
        # nobody knows: one network says 500 for what it had before
        (response(500, "Already processed"), errors.Unanswered, "Already processed"),
        (response(551), errors.Unanswered, "may have been taken"),
        (response("", ""), errors.Unanswered, "may have been taken"),
        (response(999), errors.Unanswered, "status 999"),
        (response(500, http=500), errors.Unanswered, ""),
        (response(200, http=503), errors.Unanswered, ""),
        (says(200, b"<html/>"), errors.Unanswered, "no cXML Response"),
        (says(200, b"<!DOCTYPE a [<!ENTITY b 'c'>]><cXML/>"), errors.Unanswered, "no cXML Response"),
        (says(200, b""), errors.Unanswered, "no cXML Response"),
        (says(404, b"no"), errors.ConfigurationError, "orders_url"),
        (says(403, b"no"), errors.CredentialsRefused, "403"),
        (says(413, b"no"), errors.Refused, "413"),
        (resets, errors.Unanswered, ""),
        (truncates, errors.Unanswered, ""),
    ],
)
def test_any_other_answer_is_what_it_is(behaviour: Behaviour, kind: type[errors.ConnectorError], said: str) -> None:
    with pytest.raises(errors.ConnectorError) as caught:
        written(behaviour)
    assert type(caught.value) is kind
    assert said in caught.value.message
    assert "our-secret" not in caught.value.message


@pytest.mark.parametrize(
    ("word", "safety"), [("yes", "UNASKED"), ("no", "NONE"), ("unknown", "NONE"), (True, "UNASKED")]
)
def test_only_who_remembers_is_sent_a_message_again(word: object, safety: str) -> None:
    target = SYSTEM.target(Connection(settings={"remembers_payload_ids": word}))

    assert target.safety("invoice_status") is Safety[safety]
    assert target.safety("orders") is (Safety.RESENT if Safety[safety] is Safety.UNASKED else Safety.NONE)
    assert target.find(outgoing("qad_orders_to_cxml/new")) is None
    look = target.where_to_look(outgoing("qad_orders_to_cxml/new"))
    assert "PO10001" in look
    assert "mlc-1@ml-connector" in look
