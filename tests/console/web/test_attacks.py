from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import Response

from connector.console.serving import files
from connector.console.serving.cookies import Cookies
from connector.console.serving.forms import place_here
from connector.domain.role import Role
from connector.operations.accounts import tokens
from connector.operations.setup import stopping
from tests.console.web.conftest import GOOD, HOSTILE

if TYPE_CHECKING:
    from tests.console.web.conftest import Console

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "//[",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\r\nSet-Cookie: x=y",
    "evil.example",
    "/\t/evil.example",
    f"/{'long' * 500}",
    "http:evil.example",
    "",
]
READ = [
    "/",
    "/work",
    "/flows",
    "/flows/acme/qad_invoices_to_jaggaer",
    "/connections",
    "/connections/acme-qad",
    "/account",
    "/settings/alerts",
    "/settings/system",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_elsewhere_by_a_link_to_the_sign_in(console: Console, wanted: str) -> None:
    assert place_here(wanted) == "/"
    console.member(Role.VIEWER)
    answer = console.browser().sign_in("some-viewer", GOOD, next=wanted)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("wanted", ["/flows", "/connections/acme-qad", "/flows?q=a%20b"])
def test_a_link_to_a_page_leads_there_after_the_sign_in(console: Console, wanted: str) -> None:
    console.member(Role.VIEWER)
    browser = console.browser()
    assert browser.get("/connections/acme-qad").headers["Location"] == "/sign-in?next=/connections/acme-qad"
    assert browser.sign_in("some-viewer", GOOD, next=wanted).headers["Location"] == wanted


def test_the_filters_of_a_link_are_there_after_the_sign_in(console: Console) -> None:
    console.member(Role.VIEWER)
    chosen = f"/documents?party=M%C3%BCller+%26+Co&since=2026-11-01T00%3A00%2B01%3A00&q={'4711' * 60}"
    browser = console.browser()
    asked = parse_qs(urlsplit(browser.get(chosen).headers["Location"]).query)["next"][0]
    form = browser.get("/sign-in", params={"next": asked}).text
    kept = re.search(r'name="next" value="([^"]*)"', form)
    assert kept
    onward = browser.sign_in("some-viewer", GOOD, next=unescape(kept[1])).headers["Location"]
    assert parse_qs(urlsplit(onward).query) == parse_qs(urlsplit(chosen).query)
    too_long = console.browser().get("/documents", params={"q": "4711" * 600})
    assert too_long.headers["Location"] == "/sign-in?next=/documents"


def test_what_a_browser_kept_before_its_sign_in_is_worth_nothing_afterwards(console: Console) -> None:
    attacker, victim = console.member(Role.VIEWER), console.browser()
    console.member(Role.ADMIN)
    planted = attacker.kept
    victim.session.cookies.set("ml_session", planted, domain="127.0.0.1")
    assert victim.post("/sign-in", name="some-admin", password=GOOD).status_code == HTTPStatus.SEE_OTHER
    assert victim.kept != planted
    assert victim.session.cookies.get("ml_visit") is None
    assert attacker.get("/").headers["Location"] == "/sign-in", "the session that was planted has ended"

    before = victim.kept
    victim.post("/sign-out")
    victim.session.cookies.set("ml_session", before, domain="127.0.0.1")
    assert victim.get("/").headers["Location"] == "/sign-in"


def test_a_session_is_kept_where_no_script_and_no_other_site_gets_it(console: Console) -> None:
    console.member(Role.VIEWER)
    browser = console.browser()
    answer = browser.sign_in("some-viewer", GOOD)
    kept = next(one for one in answer.raw.headers.getlist("Set-Cookie") if one.startswith("ml_session="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in kept.split(";")}


def test_every_answer_keeps_other_pages_scripts_and_frames_out(console: Console) -> None:
    browser = console.member(Role.VIEWER)
    places = [*READ, "/sign-in", "/settings", "/no-such-page", files.load()["console.css"].address]
    for path in places:
        for who in (browser, console.browser()):
            answer = who.get(path, headers={"Accept": "text/html"})
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            if "/static/" not in path:
                assert answer.headers["Cache-Control"] == "no-store"
            bare = re.sub(r'"[^"]*"', '""', answer.text)
            assert not re.search(r"<script(?! src=)|<style|<[^>]* (style|on[a-z]+)=", bare), path


def test_text_of_others_is_text_wherever_it_is_shown(console: Console) -> None:
    browser = console.member(Role.ADMIN)
    stopping.stop(console.operator, "acme-qad", HOSTILE)
    tokens.add(console.operator, "some-admin", "hostile", Role.VIEWER)
    pages = [browser.get(path) for path in (*READ, "/settings")]
    pages += [browser.get("/flows", params={"q": HOSTILE}), browser.get("/connections", params={"q": HOSTILE})]
    pages += [console.browser().sign_in(HOSTILE, HOSTILE)]
    pages += [browser.get("/flows/x/" + "%3Cscript%3Ealert(1)", headers={"Accept": "text/html"})]
    seen = 0
    for page in pages:
        assert "<script>alert" not in page.text, page.url
        assert "<img" not in page.text
        assert "\x1b" not in page.text
        assert "\u202e" not in page.text
        assert "{{ 7*7 }}" in page.text or "7*7" not in page.text, "a text is no template"
        seen += "alert(1)" in unescape(page.text)
    assert seen >= 6
    stopping.resume(console.operator, "acme-qad")


def test_what_was_said_once_is_said_to_that_browser_alone_and_only_by_us(console: Console) -> None:
    browser = console.member(Role.OPERATOR)
    answer = browser.post("/connections/acme-qad/stop", why="it is upgraded")
    assert answer.headers["Location"] == "/connections/acme-qad"
    notice = browser.session.cookies.get("ml_notice")
    other = console.member(Role.OPERATOR)
    other.session.cookies.set("ml_notice", notice, domain="127.0.0.1")
    assert "until somebody resumes it" not in other.get("/").text
    assert "until somebody resumes it" in browser.get("/").text
    assert "until somebody resumes it" not in browser.get("/").text
    failed = browser.post("/connections/acme-qad/stop", why="again")
    assert failed.status_code == HTTPStatus.SEE_OTHER
    assert "is stopped already" in browser.get("/connections/acme-qad").text
    assert "some-operator (console) stopped it: it is upgraded" in browser.get("/connections/acme-qad").text
    browser.post("/connections/acme-qad/resume")


@pytest.mark.parametrize("letter", ["x", "ü", "仕", "💶"])
def test_what_is_said_fits_into_what_a_browser_keeps_in_any_script(letter: str) -> None:
    response, cookies = Response(), Cookies(secure=True)
    cookies.keep_notice(response, "kept", f"It was not done: {letter * 5_000}", failed=True)
    sent = response.headers["Set-Cookie"]
    assert len(sent) < 4_000
    back = Request({"type": "http", "headers": [(b"cookie", sent.partition(";")[0].encode())]})
    said, failed = cookies.notice(back, "kept")
    assert failed
    assert said.startswith(f"It was not done: {letter * 500}")


def test_no_page_shows_a_secret_and_one_that_is_shown_is_shown_once(console: Console) -> None:
    browser = console.member(Role.ADMIN)
    made = browser.post("/account/tokens", name="shown", role="admin", days="3")
    (token,) = re.findall(r"mlc_[\w-]+", made.text)
    assert made.headers["Cache-Control"] == "no-store"
    once = browser.post("/settings/operators", name="invited", role="viewer")
    (password,) = re.findall(r'id="secret">([^<]+)<', once.text)
    for path in (*READ, "/settings"):
        text = browser.get(path).text
        assert not [secret for secret in (token, password, "canary-secret", GOOD) if secret in text], path


def test_failing_to_sign_in_looks_the_same_whoever_it_is(console: Console) -> None:
    console.member(Role.VIEWER)
    told = set()
    for name in ("some-viewer", "nobody-at-all"):
        answer = console.browser().sign_in(name, "wrong")
        told.add((answer.status_code, re.sub(rf'value="({name}|[0-9a-f]{{64}})"', "", answer.text)))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 70_000, "application/x-www-form-urlencoded", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"{}", "application/json", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded", HTTPStatus.BAD_REQUEST),
        (b"&".join(b"a=1" for _ in range(500)), "application/x-www-form-urlencoded", HTTPStatus.BAD_REQUEST),
    ],
)
def test_what_is_no_form_is_refused_before_anything_else(
    console: Console, body: bytes, kind: str, status: HTTPStatus
) -> None:
    browser = console.browser()
    answer = browser.session.post(f"{console.url}/sign-in", data=body, headers={"Content-Type": kind}, timeout=60)
    assert answer.status_code == status
    assert "Content-Security-Policy" in answer.headers
