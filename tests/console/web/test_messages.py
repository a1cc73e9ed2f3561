"""Messages that systems sent to us: why nobody reads them, and what is done about that, in the browser and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.role import Role
from connector.operations.setup import connections
from connector.operations.work import audit, messages
from connector.ports import Message
from tests import letters
from tests.console.web.conftest import HOSTILE

if TYPE_CHECKING:
    from tests.console.web.conftest import Browser, Console


@pytest.fixture
def post(console: Console, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of a message that is read and one that nobody can read."""
    made = letters.installed(monkeypatch)
    monkeypatch.setenv("LETTERS_WORD", letters.WORD)
    if "post" not in {one.name for one in connections.list_(console.operator)}:
        connections.add(console.operator, "post", made.name, {"owner": "ACME", "word": "env:LETTERS_WORD"})
        inbox, body = console.operator.application.inbox("post"), letters.letter("good", about="INV-1")
        inbox.keep(Message(entity="invoices", id="good", key="INV-1", content_type="text/xml", sender="a"), body)
        torn = Message(entity="", id="torn", problem="It is torn.", content_type="text/xml", sender=HOSTILE)
        inbox.keep(torn, f"<letter>{HOSTILE}".encode())
    found = messages.list_(console.operator, messages.Filter(connection="post"), most=9)
    return sorted(one.number for one in found)


@pytest.fixture
def browser(console: Console) -> Browser:
    return console.member(Role.OPERATOR)


def test_a_message_that_nobody_reads_is_found_from_work_and_put_right(
    console: Console, browser: Browser, post: list[int]
) -> None:
    good, torn = post
    assert 'href="/messages?connection=post&amp;which=unread"' in browser.get("/work").text
    page = browser.get("/messages?connection=post&which=unread").text
    assert f'href="/messages/{torn}"' in page
    assert f'href="/messages/{good}"' not in page
    assert f'href="/messages/{good}"' in browser.get("/messages?key=INV-1").text
    one = browser.get(f"/messages/{torn}").text
    assert "It is torn." in one
    assert "<img src=x" not in one

    assert "Show the message" not in console.member(Role.VIEWER).get(f"/messages/{torn}").text
    assert "&lt;letter&gt;" in browser.get(f"/messages/{torn}/content").text
    looks = audit.history(console.operator, "operator:operator:some-operator (console)")
    assert [event.detail for event in looks if event.name == "operator.read_payload"] == [{"message": torn}]

    browser.post(f"/messages/{torn}/discard", why=" ")
    assert messages.get(console.operator, torn).message.status == "quarantined", "without a reason nothing is done"
    browser.post(f"/messages/{torn}/discard", why="sent by mistake")
    assert messages.get(console.operator, torn).message.status == "discarded"
    assert "sent by mistake" in browser.get(f"/messages/{torn}").text
    assert "which=unread" not in browser.get("/work").text
    browser.post(f"/messages/{torn}/restore")
    assert messages.get(console.operator, torn).message.status == "quarantined"
    browser.post(f"/messages/{torn}/retry")
    assert messages.get(console.operator, torn).events[-1].name == "operator.retried"


def test_what_is_no_message_is_said_to_be_none(browser: Browser, post: list[int]) -> None:
    for place in ("/messages/999999", "/messages/no", f"/messages/{'9' * 40}", "/messages?connection=nobody"):
        assert browser.get(place).status_code == 404, place
    assert browser.get("/messages?below=x&key=nothing").status_code == 200
    assert f'href="/messages/{post[0]}"' in browser.get(f"/messages?below={post[1]}").text
