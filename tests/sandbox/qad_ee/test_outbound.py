from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.qad_ee.subscriber import FAULT, Subscriber, listening
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.qad_ee.conftest import Qxi


@pytest.fixture
def subscriber(qxi: Qxi) -> Iterator[Subscriber]:
    with listening() as one:
        qxi.sandbox.set_options(subscriber={"url": one.url, "headers": {"X-Connector-Secret": "s3"}})
        yield one


def settled(qxi: Qxi, **states: int) -> None:
    until(lambda: qxi.state("queue")["states"] == states, f"states {states}", saw=lambda: str(qxi.state("queue")))


def test_what_changes_is_pushed_whole(qxi: Qxi, subscriber: Subscriber) -> None:
    qxi.invoice()
    settled(qxi, DLV=1)
    (one,) = subscriber.pushed
    assert one.secret == "s3"
    assert (one.value("CInvoiceReference"), one.value("CustomLong1"), one.value("tcCompanyCode")) == (
        "A 1",
        "corr-1",
        "10USACO",
    )
    assert (one.context["domain"], one.context["eventName"]) == ("10USA", "BCInvoice.Publish")
    assert one.context["businessEventId"]


def test_everything_is_published_when_asked(qxi: Qxi, subscriber: Subscriber) -> None:
    held = qxi.state("documents")
    done = qxi.sandbox.add_documents({"publish": ["suppliers", "orders", "accounts"]})
    settled(qxi, DLV=held["suppliers"] + held["orders"] + held["accounts"])
    assert done["publish"] == len(subscriber.pushed)
    assert len({one.context["businessEventId"] for one in subscriber.pushed}) == len(subscriber.pushed)


def test_a_row_waits_behind_the_message_that_was_not_taken(qxi: Qxi, subscriber: Subscriber) -> None:
    subscriber.answers = [(500, FAULT)]
    for name in ("One", "Two", "Three"):
        document = {"code": "S10001", "name": name}
        qxi.sandbox.add_documents({"entity": "suppliers", "documents": [document]})
    qxi.sandbox.add_documents({"entity": "suppliers", "documents": [{"code": "S10002", "name": "Other"}]})
    settled(qxi, SOAPERR=1, HOLD=2, DLV=1)
    qxi.sandbox.add_documents({"resend": "all"})
    settled(qxi, DLV=4)
    names = [one.value("adName") for one in subscriber.pushed if one.value("vdAddr") == "S10001"]
    assert names == ["One", "One", "Two", "Three"]


def test_what_could_not_be_sent_is_sent_again(qxi: Qxi, subscriber: Subscriber) -> None:
    qxi.sandbox.set_options(qxo_retry_seconds=0.0)
    subscriber.answers = [(503, ""), (200, "not an envelope")]
    qxi.invoice()
    settled(qxi, DLV=1)
    assert len({one.context["businessEventId"] for one in subscriber.pushed}) == 1
    assert len(subscriber.pushed) == 3


def test_messages_come_twice_and_out_of_order_when_the_options_say_so(qxi: Qxi, subscriber: Subscriber) -> None:
    qxi.sandbox.set_options(qxo_duplicates=1.0, qxo_disorder=1.0, qxo_retried=[])
    subscriber.answers = [(503, "")]
    documents = [{"code": "S10001", "name": name} for name in ("One", "Two", "Three")]
    for one in documents:
        qxi.sandbox.add_documents({"entity": "suppliers", "documents": [one]})
    settled(qxi, SENDERR=1, HOLD=2)
    qxi.sandbox.add_documents({"resend": "all"})
    settled(qxi, DLV=3)
    names = [one.value("adName") for one in subscriber.pushed[1:]]
    assert names == ["Two", "Two", "Three", "Three", "One", "One"]
