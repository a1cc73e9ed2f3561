"""What an attacker tries on every page there is, whoever adds it: the places are taken from the routes themselves."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest

import connector.console
from connector.console.serving.answers import Page
from connector.domain.role import Role
from tests.console.web.conftest import HOSTILE
from tests.console.web.test_who_may import Nowhere

if TYPE_CHECKING:
    import requests

    from connector.console.serving.answers import Answer
    from connector.console.serving.desk import Asked
    from tests.console.web.conftest import Console

PLACE = Path(connector.console.__file__).parent
SOURCE = "\n".join(path.read_text() for path in sorted(PLACE.rglob("*.py")))
#: what pages ask their address and their forms for
ASKED = sorted(set(re.findall(r"""\.query\(\s*"(\w+)\"""", SOURCE)) | {"next", "token", "before", "after"})
FILLED_IN = sorted(set(re.findall(r"""\.fields?\(\s*"(\w+)\"""", SOURCE)))
BAD = (HOSTILE, "\x00", "../../etc/passwd", "' OR 1=1 --", "9" * 400, "-1", "[]", "0001-01-01", "9999-12-31", "NaN")
#: nothing at all, and what is bad in all that is asked for
SAID = pytest.mark.parametrize("bad", [None, *BAD], ids=lambda bad: ascii(bad)[:20])
#: what ends the sign-in with which the others are tried
ENDS = {"/sign-out"}


def place(path: str) -> str:
    known = Nowhere(integration="acme", connection="acme-qad", rule="dead.letters")
    return re.sub(r":\w+}", "}", path).format_map(known)


def bare(text: str) -> str:
    return re.sub(r'"[^"]*"', '""', text)


def unharmed(page: requests.Response) -> list[str]:
    """What is wrong with an answer, whatever it is an answer to."""
    wrong = []
    if page.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wrong.append(f"{page.status_code}")
    policy = page.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy:
        wrong.append("its policy")
    if page.headers.get("X-Frame-Options") != "DENY" or page.headers.get("X-Content-Type-Options") != "nosniff":
        wrong.append("its headers")
    if page.headers.get("Cache-Control") != "no-store":
        wrong.append("it may be kept by a cache")
    onward = page.headers.get("Location", "/")
    if not onward.startswith("/") or onward.startswith(("//", "/\\")):
        wrong.append(f"leads to {onward}")
    if page.headers.get("Content-Type", "").startswith("text/html"):
        text = page.text
        if re.search(r"<script(?! src=)|<style|<[^>]* (style|on[a-z]+)=", bare(text)):
            wrong.append("something inline")
        wrong += [sign for sign in ("<script>alert", "<img src=x") if sign in text]
        # what somebody typed stands in their form again as they typed it
        shown = re.sub(r"<textarea.*?</textarea>", "", text, flags=re.DOTALL)
        wrong += [f"{sign!r}" for sign in ("\x1b", "\u202e") if sign in shown]
    return wrong


def links(page: requests.Response) -> set[str]:
    found = (urljoin(page.url, unescape(one)) for one in re.findall(r'<a [^>]*href="([^"]*)"', page.text))
    here = urlsplit(page.url).netloc
    return {
        one.split("#")[0].partition(here)[2] for one in found if urlsplit(one).netloc == here and "/static/" not in one
    }


@pytest.mark.parametrize("role", Role)
def test_every_page_that_a_link_leads_to_is_there_and_keeps_the_rules(console: Console, role: Role) -> None:
    browser, seen, todo, wrong = console.member(role), set[str](), ["/", "/account"], []
    while todo and len(seen) < 300:
        path = todo.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page = browser.get(path)
        wrong += [(path, why) for why in unharmed(page)]
        if page.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
            wrong.append((path, f"a link leads to {page.status_code}"))
        forms = re.findall(r'<form method="post".*?</form>', page.text, re.DOTALL)
        wrong += [(path, "a form without a proof") for form in forms if 'name="proof"' not in form]
        todo += sorted(links(page))
    assert wrong == []
    assert len(seen) > 20


@SAID
def test_what_an_address_says_breaks_no_page(console: Console, bad: str | None) -> None:
    browser, wrong = console.member(Role.ADMIN), []
    said = dict.fromkeys(ASKED, bad) if bad is not None else {}
    for route in console.desk.routes:
        if route.method == "GET":
            wrong += [(route.path, why) for why in unharmed(browser.get(place(route.path), params=said))]
    assert wrong == []


@SAID
def test_what_a_form_says_breaks_no_page(console: Console, bad: str | None) -> None:
    browser, wrong = console.member(Role.ADMIN), []
    proof, said = browser.proof(), dict.fromkeys(FILLED_IN, bad) if bad is not None else {}
    for route in console.desk.routes:
        if route.method == "POST" and route.path not in ENDS:
            wrong += [(route.path, why) for why in unharmed(browser.post(place(route.path), proof=proof, **said))]
    assert wrong == []


def test_nobody_is_signed_in_by_what_an_address_says(console: Console) -> None:
    kept = console.member(Role.ADMIN).kept
    for name in ("token", "session", "ml_session", "access_token", "proof"):
        answer = console.browser().get("/", params={name: kept})
        assert answer.headers.get("Location", "").startswith("/sign-in"), name
    for header in ({"Authorization": f"Bearer {kept}"}, {"X-Remote-User": "some-admin"}, {"Remote-User": "some-admin"}):
        assert console.browser().get("/", headers=header).headers["Location"].startswith("/sign-in"), header


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"])
def test_what_somebody_calls_the_console_is_repeated_nowhere(console: Console, header: str) -> None:
    value = {"Forwarded": "host=evil.example"}.get(header, "evil.example")
    for browser in (console.browser(), console.member(Role.ADMIN)):
        for path in ("/", "/sign-in", "/settings/alerts", "/work"):
            answer = browser.get(path, headers={header: value})
            assert "evil.example" not in answer.text, path
            assert "evil.example" not in str(answer.headers), path


def test_a_browser_keeps_everything_where_no_script_and_no_other_site_gets_it(console: Console) -> None:
    browser = console.member(Role.ADMIN)
    answers = [browser.get("/sign-in"), console.browser().get("/sign-in"), browser.post("/connections/acme-qad/stop")]
    kept = [one for answer in answers for one in answer.raw.headers.getlist("Set-Cookie")]
    assert kept
    for one in kept:
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in one.split(";")}, one


def test_a_page_that_cannot_be_drawn_is_one_sentence_with_all_its_guards(console: Console) -> None:
    @console.desk.page("/badly-drawn")
    def _badly_drawn(_: Asked) -> Answer:
        return Page(template="settings_told.html", title="It lacks all it shows")

    try:
        broken = console.member(Role.ADMIN).get("/badly-drawn")
    finally:
        console.desk.routes.pop()
    assert unharmed(broken) == ["500"]
    assert "Something went wrong here; its log says what." in broken.text
