from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from connector.embedded.places import free_port
from sandbox.simulator import SandboxMistakeError
from tests.sandbox.concur.client import APPLICATION, COMPANY
from tests.sandbox.concur.webhook import Delivery, Webhook, listening
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.concur.client import Client, Json

SUBSCRIPTIONS = "/events/v4/subscriptions"
TOPIC = "public.concur.financialintegration"


def hook(name: str = "mine", endpoint: str = "http://127.0.0.1:9/x", pattern: str = ".*", **changed: Json) -> Json:
    return {"id": name, "filter": pattern, "topic": TOPIC, "webHookConfig": {"endpoint": endpoint}, **changed}


@pytest.fixture
def application(client: Client) -> Client:
    """A client that has a token of the application; attempts to deliver follow each other at once."""
    client.sign_in(APPLICATION)
    client.server.set_options(event_retry_seconds=0.01, event_timeout=HANG_SECONDS)
    return client


@pytest.fixture(scope="module")
def strict_application(strict: Client) -> Client:
    """One client of the application for all the requests that are refused."""
    strict.sign_in(APPLICATION)
    return strict


@pytest.fixture
def webhook(application: Client) -> Iterator[Webhook]:
    """An endpoint that has subscribed to everything."""
    with listening() as webhook:
        application.call("PUT", f"{SUBSCRIPTIONS}/webhook", hook(endpoint=webhook.url))
        yield webhook


def outcomes(client: Client) -> list[str]:
    return [one["outcome"] for one in client.state("events")]


def ended(client: Client, outcome: str) -> None:
    """Wait until the one event there is has come to this end."""
    until(lambda: outcomes(client) == [outcome], f"one event is {outcome}", saw=lambda: client.state("events"))


def arrived(webhook: Webhook, number: int) -> None:
    """Wait until so many events have arrived."""
    until(lambda: len(webhook.deliveries) == number, f"{number} events arrive", saw=lambda: webhook.deliveries)


def genuine(client: Client, delivery: Delivery) -> bool:
    """Whether any of the published keys has signed what arrived."""
    signature = base64.b64decode(delivery.headers.get("Concur-Signature", ""))
    for one in client.call("GET", "/events/v4/keys")["keys"]:
        key = load_pem_public_key(one["publicKey"].encode())
        assert isinstance(key, RSAPublicKey)
        assert key.key_size == 2048
        try:
            key.verify(signature, delivery.body, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return True
    return False


def test_a_subscription_is_saved_read_changed_and_deleted(application: Client) -> None:
    application.call("PUT", f"{SUBSCRIPTIONS}/webhook", hook())
    application.call("PUT", f"{SUBSCRIPTIONS}/webhook", hook(endpoint="http://127.0.0.1:9/y"))
    (told,) = application.call("GET", SUBSCRIPTIONS)
    assert told == application.call("GET", f"{SUBSCRIPTIONS}/mine")
    assert (told["id"], told["topic"], told["webHookConfig"]) == ("mine", TOPIC, {"endpoint": "http://127.0.0.1:9/y"})
    assert application.state("subscriptions") == {"mine": "http://127.0.0.1:9/y"}
    application.send("DELETE", f"{SUBSCRIPTIONS}/mine")
    application.send("DELETE", f"{SUBSCRIPTIONS}/mine", status=404)
    assert application.call("GET", SUBSCRIPTIONS) == []


def test_there_are_at_most_five_subscriptions(application: Client) -> None:
    for number in range(5):
        application.send("PUT", f"{SUBSCRIPTIONS}/webhook", hook(str(number)))
    application.send("PUT", f"{SUBSCRIPTIONS}/webhook", hook("six"), status=400)
    application.send("PUT", f"{SUBSCRIPTIONS}/webhook", hook("4", pattern="expense.*"))


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"id": ""}, 400),
        ({"topic": "public.concur.request"}, 403),
        ({"webHookConfig": {}}, 400),
        ({"webHookConfig": {"endpoint": "ftp://example.test"}}, 400),
        ({"filter": "("}, 400),
    ],
)
def test_a_subscription_that_is_not_right_is_refused(strict_application: Client, changed: Json, status: int) -> None:
    strict_application.send("PUT", f"{SUBSCRIPTIONS}/webhook", hook(**changed), status=status)


def test_a_document_that_becomes_ready_is_told_with_a_signature(application: Client, webhook: Webhook) -> None:
    (doc_id,) = application.do(generate={"invoices": 1})["generate"]["invoices"]
    ended(application, "delivered")
    (delivery,) = webhook.deliveries
    event = delivery.event
    assert set(event) == {
        *("id", "correlationId", "eventType", "topic", "timeStamp", "subtopic", "data", "route", "facts"),
    }
    assert (event["eventType"], event["topic"], event["data"], event["route"]) == (
        "invoice.readyForIntegration",
        TOPIC,
        None,
        "stable",
    )
    assert (event["facts"]["companyId"], event["facts"]["documentId"]) == (COMPANY, doc_id)
    assert event["facts"]["href"].startswith(f"{application.home}/financialintegration/fi/v4/")
    assert genuine(application, delivery)


def test_a_corrected_document_is_told_again(application: Client, webhook: Webhook) -> None:
    (one,) = application.do(generate={"expenses": 1})["generate"]["expenses"]
    application.do(recall=[one])
    (two,) = application.do(resubmit=[one])["resubmit"]
    arrived(webhook, 2)
    assert {item.event["facts"]["documentId"] for item in webhook.deliveries} == {one, two}


def test_only_wanted_types_are_told(application: Client, webhook: Webhook) -> None:
    application.call("PUT", f"{SUBSCRIPTIONS}/webhook", hook(endpoint=webhook.url, pattern=r"expense\..*"))
    application.do(generate={"invoices": 1, "expenses": 1, "cash_advances": 1})
    ended(application, "delivered")
    assert webhook.deliveries[0].event["eventType"] == "expense.readyForIntegration"


@pytest.mark.parametrize("status", [500, 503, 401, 403, 429])
def test_a_failure_that_may_pass_is_tried_again_with_the_same_event(
    application: Client, webhook: Webhook, status: int
) -> None:
    webhook.statuses = [status, status]
    application.do(generate={"expenses": 1})
    ended(application, "delivered")
    assert application.state("events")[0]["answers"] == [status, status, 200]
    assert len({(one.body, one.headers["Concur-Signature"]) for one in webhook.deliveries}) == 1


@pytest.mark.parametrize("status", [400, 404, 410])
def test_another_refusal_is_taken_as_final(application: Client, webhook: Webhook, status: int) -> None:
    webhook.statuses = [status]
    application.do(generate={"expenses": 1})
    ended(application, "refused")
    assert len(webhook.deliveries) == 1


def test_an_endpoint_nobody_serves_is_tried_until_the_attempts_are_used_up(application: Client) -> None:
    application.server.set_options(event_attempts=3)
    endpoint = f"http://127.0.0.1:{free_port()}/"
    application.call("PUT", f"{SUBSCRIPTIONS}/webhook", hook(endpoint=endpoint))
    application.do(generate={"expenses": 1})
    ended(application, "given up")
    assert application.state("events")[0]["answers"] == [None] * 3


def test_a_repeated_event_is_the_same_to_the_letter(application: Client, webhook: Webhook) -> None:
    application.do(generate={"expenses": 1})
    assert application.do(events={"repeat": 3})["events"] == {"repeat": 3}
    arrived(webhook, 4)
    assert len(set(webhook.ids())) == 1
    assert all(genuine(application, one) for one in webhook.deliveries)


def test_a_burst_has_as_many_genuine_events_as_asked_for(application: Client, webhook: Webhook) -> None:
    application.do(generate={"expenses": 2})
    application.do(events={"burst": 40})
    arrived(webhook, 42)
    assert len(set(webhook.ids())) == 42


@pytest.mark.parametrize("how", ["forge", "unsigned", "tamper"])
def test_events_that_should_fool_nobody_are_signed_by_no_published_key(
    application: Client, webhook: Webhook, how: str
) -> None:
    application.do(generate={"expenses": 1})
    arrived(webhook, 1)
    application.do(events={how: 2})
    arrived(webhook, 3)
    assert sorted(genuine(application, one) for one in webhook.deliveries) == [False, False, True]
    assert ("Concur-Signature" in webhook.deliveries[-1].headers) is (how != "unsigned")


def test_an_event_may_be_genuine_and_about_another_company(application: Client, webhook: Webhook) -> None:
    application.do(generate={"expenses": 1})
    application.do(events={"foreign": 1})
    arrived(webhook, 2)
    assert sorted(one.event["facts"]["companyId"] == COMPANY for one in webhook.deliveries) == [False, True]
    assert all(genuine(application, one) for one in webhook.deliveries)


def test_keys_rotate_and_old_ones_stay_valid_until_they_are_retired(application: Client, webhook: Webhook) -> None:
    application.do(generate={"expenses": 1})
    application.do(events={"rotate_keys": True, "burst": 1})
    arrived(webhook, 2)
    assert [genuine(application, one) for one in webhook.deliveries] == [True, True]
    application.do(events={"retire_keys": True})
    assert len(application.state("keys")) == 1
    assert sorted(genuine(application, one) for one in webhook.deliveries) == [False, True]


def test_deliveries_carry_the_headers_a_proxy_would_add(application: Client, webhook: Webhook) -> None:
    application.server.set_options(webhook_headers={"X-Client-Dn": "CN=webhook.api.concursolutions.com"})
    application.do(generate={"expenses": 1})
    arrived(webhook, 1)
    assert webhook.deliveries[0].headers["X-Client-Dn"] == "CN=webhook.api.concursolutions.com"


def test_nothing_is_sent_while_nobody_has_subscribed(application: Client) -> None:
    application.do(generate={"expenses": 1})
    assert application.state("events") == []
    with pytest.raises(SandboxMistakeError, match="Nobody has subscribed"):
        application.do(events={"burst": 1})


def test_there_is_no_event_about_nothing(application: Client, webhook: Webhook) -> None:
    with pytest.raises(SandboxMistakeError, match="no document an event could be about"):
        application.do(events={"burst": 1})
    with pytest.raises(SandboxMistakeError, match="none to repeat"):
        application.do(events={"repeat": 1})
    assert webhook.deliveries == []


def test_a_sandbox_stops_although_it_still_has_something_to_deliver(application: Client) -> None:
    application.server.set_options(event_retry_seconds=60.0)
    application.call("PUT", f"{SUBSCRIPTIONS}/webhook", hook(endpoint="http://127.0.0.1:9/"))
    application.do(generate={"expenses": 3})
    assert outcomes(application) == ["pending"] * 3
