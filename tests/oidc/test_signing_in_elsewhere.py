"""Signing in with an identity provider that runs, and what an attacker tries on the way."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, replace
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt as pyjwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from fastapi import FastAPI
from joserfc import jwt

from connector.console import web
from connector.domain.outbound import NOTHING_SAID
from connector.domain.role import Role
from connector.operations.accounts import claimed, elsewhere, people, signing_in, tokens
from connector.operations.accounts.provider import Agreed, Provider
from connector.operations.work import audit
from tests.console.receiver import Serving
from tests.console.web.conftest import Browser, Console, console
from tests.oidc.provider import BACK, CLIENT, SECRET, IdentityProvider, _rsa, identity_provider
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ("console",)

GROUPS = {
    Role.ADMIN: frozenset({"ml-admins"}),
    Role.OPERATOR: frozenset({"CN=ap, OU=finance"}),
    Role.VIEWER: frozenset({"everybody"}),
}


@pytest.fixture(scope="module")
def served() -> Iterator[IdentityProvider]:
    with identity_provider() as it:
        yield it


@pytest.fixture
def idp(served: IdentityProvider) -> IdentityProvider:
    served.user = {"sub": "s-anna", "preferred_username": "Anna", "groups": ["everybody", "ml-admins"]}
    served.forge, served.says, served.apart = None, {}, {}
    served.asked.clear()
    return served


def agreed(idp: IdentityProvider, **otherwise: Any) -> Agreed:
    said: dict[str, Any] = {
        "issuer": idp.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "called": "Acme",
        "scopes": "openid profile",
        "groups_claim": "groups",
        "groups": GROUPS,
        "redirect": BACK,
        "outbound": NOTHING_SAID,
        "allow_plain": True,
    }
    return Agreed(**{**said, **otherwise})


@dataclass
class Door:
    """The console's entrance, and ways through it."""

    url: str
    idp: IdentityProvider

    def browser(self) -> Browser:
        return Browser(self.url)

    def leave(self, browser: Browser, onward: str = "") -> str:
        """Where a browser is sent to."""
        answer = browser.get("/sign-in/with", params={"next": onward} if onward else {})
        assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
        return str(answer.headers["Location"])

    def there(self, address: str) -> str:
        """Sign in over there; returns the place that the browser is sent back to."""
        answer = requests.get(address, allow_redirects=False, timeout=HANG_SECONDS)
        assert answer.status_code == HTTPStatus.FOUND, answer.text
        assert answer.headers["Location"].startswith(f"{BACK}?")
        return answer.headers["Location"].removeprefix("http://console.acme.example")

    def through(self, browser: Browser, onward: str = "") -> requests.Response:
        return browser.get(self.there(self.leave(browser, onward)))


@pytest.fixture(scope="module")
def url(console: Console, served: IdentityProvider) -> Iterator[str]:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    desk = web.add(app, replace(console.operator, actor="console"), provider=Provider(agreed(served)))
    assert {route.role for route in desk.routes if route.path in {"/sign-in/with", "/sign-in/back"}} == {None}
    with Serving(app) as serving:
        yield serving.url


@pytest.fixture
def door(url: str, idp: IdentityProvider) -> Door:
    return Door(url, idp)


def refused(answer: requests.Response, browser: Browser, says: str) -> None:
    assert answer.status_code == HTTPStatus.UNAUTHORIZED, answer.headers
    assert says in unescape(answer.text), answer.text
    assert not browser.kept
    assert browser.get("/").headers["Location"].startswith("/sign-in")


def test_somebody_signs_in_elsewhere_and_is_what_their_groups_say_each_time(door: Door, console: Console) -> None:
    browser = door.browser()
    assert "Sign in with Acme" in browser.get("/sign-in").text
    assert door.through(browser, "/flows?q=a").headers["Location"] == "/flows?q=a"
    assert browser.get("/settings").status_code == HTTPStatus.OK
    assert people.get(console.operator, "anna").status == "active"
    door.idp.user["groups"] = ["CN=ap, OU=finance"]
    door.idp.user["preferred_username"] = "renamed"
    again = door.browser()
    assert door.through(again).headers["Location"] == "/"
    assert people.get(console.operator, "anna").role is Role.OPERATOR
    assert browser.get("/settings").status_code == HTTPStatus.FORBIDDEN, "from that moment on, everywhere"
    events = [event.name for event in audit.history(console.operator, "operator:anna")]
    assert events == ["operator.added", "operator.signed_in", "operator.role", "operator.signed_in"]
    assert "renamed" not in {one.name for one in people.list_(console.operator)}


def test_whoever_is_in_no_group_that_may_anything_is_told_so_and_signed_out(door: Door, console: Console) -> None:
    door.idp.user |= {"sub": "s-carl", "preferred_username": "carl"}
    browser = door.browser()
    door.through(browser)
    for groups in (["others"], [], {"x": 1}, None, 7):
        door.idp.user["groups"] = groups
        other = door.browser()
        refused(door.through(other), other, "none of your groups there may use this console")
    assert browser.get("/").headers["Location"] == "/sign-in", "it was signed out"
    door.idp.user |= {"sub": "s-unknown", "preferred_username": "unknown"}
    door.through(door.browser())
    assert "unknown" not in {one.name for one in people.list_(console.operator)}


def test_who_was_revoked_here_does_not_come_back_by_themselves(door: Door, console: Console) -> None:
    door.idp.user |= {"sub": "s-dora", "preferred_username": "dora", "groups": ["everybody"]}
    door.through(door.browser())
    people.revoke(console.operator, "dora", "left")
    browser = door.browser()
    refused(door.through(browser), browser, "You were an operator here and are none any more")


def test_a_name_alone_makes_nobody_anybody(door: Door, console: Console) -> None:
    console.member(Role.ADMIN, name="emil")
    door.idp.user = {"sub": "s-emil", "preferred_username": "emil", "groups": ["everybody"]}
    browser = door.browser()
    door.through(browser)
    assert '<span class="name">emil-2</span>' in browser.get("/account").text
    assert people.get(console.operator, "emil").role is Role.ADMIN
    assert people.get(console.operator, "emil").issuer is None


def test_passwords_still_let_people_in(door: Door, console: Console) -> None:
    console.member(Role.VIEWER)
    browser = door.browser()
    assert browser.sign_in("some-viewer", "plum staple fox 9").headers["Location"] == "/"


def test_whoever_has_another_session_in_that_browser_leaves_it(door: Door, console: Console) -> None:
    browser = door.browser()
    away, planted = door.leave(browser), console.member(Role.VIEWER).kept
    browser.session.cookies.set("ml_session", planted, domain="127.0.0.1")
    assert browser.get(door.there(away)).headers["Location"] == "/"
    assert browser.kept != planted
    assert signing_in.session(console.operator, planted) is None


def test_a_state_of_another_browser_or_of_nobody_signs_nobody_in(door: Door) -> None:
    attacker, victim = door.browser(), door.browser()
    theirs = door.there(door.leave(attacker))
    refused(victim.get(theirs), victim, "begun elsewhere or too long ago")
    mine = door.there(door.leave(victim))
    mixed = mine.replace(parse_qs(urlsplit(mine).query)["state"][0], parse_qs(urlsplit(theirs).query)["state"][0])
    refused(victim.get(mixed), victim, "begun elsewhere or too long ago")
    for query in ("", "?state=&code=x", "?code=x", "?state=x&code=x"):
        refused(victim.get(f"/sign-in/back{query}"), victim, "begun elsewhere or too long ago")
    assert door.idp.asked.count("token") == 0


def test_a_code_of_another_sign_in_is_worth_nothing(door: Door) -> None:
    """The code belongs to the attacker's challenge, so the victim's verifier does not fit (PKCE)."""
    attacker, victim = door.browser(), door.browser()
    theirs = parse_qs(urlsplit(door.there(door.leave(attacker))).query)
    mine = parse_qs(urlsplit(door.there(door.leave(victim))).query)
    injected = f"/sign-in/back?state={mine['state'][0]}&code={theirs['code'][0]}"
    refused(victim.get(injected), victim, "did not say who you are")


def test_what_brought_somebody_back_once_does_so_no_more(door: Door) -> None:
    browser = door.browser()
    away = door.leave(browser)
    kept = browser.session.cookies.get("ml_away")
    back = door.there(away)
    assert browser.get(back).headers["Location"] == "/"
    assert browser.session.cookies.get("ml_away") is None
    thief = door.browser()
    thief.session.cookies.set("ml_away", kept, domain="127.0.0.1")
    refused(thief.get(back), thief, "did not say who you are")


def test_a_sign_in_that_took_too_long_is_begun_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "PATIENCE", dt.timedelta(seconds=-1))
    browser = door.browser()
    refused(door.through(browser), browser, "begun elsewhere or too long ago")


def test_what_the_provider_answers_instead_of_a_code_is_said_but_not_what_a_link_says(door: Door) -> None:
    for word, says in (("access_denied", "(access_denied)"), ("Call 0800-EVIL now", "no reason that we know")):
        browser = door.browser()
        state = parse_qs(urlsplit(door.leave(browser)).query)["state"][0]
        answer = browser.get("/sign-in/back", params={"state": state, "error": word, "error_description": "EVIL"})
        refused(answer, browser, says)
        assert "EVIL" not in answer.text


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\r\nX: y"]
)
def test_nobody_is_led_elsewhere_after_it(door: Door, wanted: str) -> None:
    browser = door.browser()
    assert door.through(browser, wanted).headers["Location"] == "/"


def test_an_answer_of_another_provider_is_none(door: Door) -> None:
    browser = door.browser()
    refused(browser.get(f"{door.there(door.leave(browser))}&iss=https://evil.example"), browser, "another provider")
    browser = door.browser()
    right = f"{door.there(door.leave(browser))}&iss={door.idp.issuer}"
    assert browser.get(right).headers["Location"] == "/"


def signed(idp: IdentityProvider, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
    return str(jwt.encode({"alg": "RS256", "kid": idp.key.kid, **header}, claims, key or idp.key))


def public_pem(idp: IdentityProvider) -> bytes:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return bytes(idp.key.public_key.public_bytes(*form))


FORGED: dict[str, tuple[Callable[[IdentityProvider, dict[str, Any]], str], str]] = {
    "not signed": (lambda _, c: pyjwt.encode(c, None, algorithm="none"), "not signed in a way"),
    "signed with the public key": (
        lambda idp, c: hs256(c, public_pem(idp), idp.key.kid),
        "not signed in a way",
    ),
    "signed with the client secret": (lambda idp, c: hs256(c, SECRET.encode(), idp.key.kid), "not signed in a way"),
    "another's key": (lambda idp, c: signed(idp, c, _rsa("first")), "none of the provider's keys"),
    "a key it brings along": (
        lambda idp, c: signed(idp, c, (own := _rsa("own")), kid="own", jwk=own.as_dict(private=False)),
        "none of the provider's keys",
    ),
    "for another client": (lambda idp, c: signed(idp, {**c, "aud": "other"}), "made for somebody else"),
    "for several": (lambda idp, c: signed(idp, {**c, "aud": [CLIENT, "other"]}), "made for somebody else"),
    "given to another": (lambda idp, c: signed(idp, {**c, "azp": "other"}), "made for somebody else"),
    "of another issuer": (lambda idp, c: signed(idp, {**c, "iss": "https://evil.example"}), "somebody else made it"),
    "expired": (lambda idp, c: signed(idp, {**c, "exp": int(time.time()) - 3600}), "has expired"),
    "without an end": (lambda idp, c: signed(idp, {k: v for k, v in c.items() if k != "exp"}), "does not say enough"),
    "of tomorrow": (lambda idp, c: signed(idp, {**c, "iat": int(time.time()) + 86_400}), "not good yet"),
    "another nonce": (lambda idp, c: signed(idp, {**c, "nonce": "x"}), "belongs to another sign-in"),
    "no nonce": (lambda idp, c: signed(idp, {k: v for k, v in c.items() if k != "nonce"}), "another sign-in"),
    "of nobody": (lambda idp, c: signed(idp, {**c, "sub": ""}), "names nobody"),
    "no token": (lambda *_: "a.b.c", "cannot be verified"),
    "too long": (lambda idp, c: signed(idp, {**c, "more": "x" * 30_000}), "too long"),
}


def hs256(claims: dict[str, Any], key: bytes, kid: str) -> str:
    """As somebody forges it who does not ask a library whether that is wise."""
    import base64  # noqa: PLC0415 - for this alone
    import hmac  # noqa: PLC0415 - likewise
    import json  # noqa: PLC0415 - likewise

    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in ({"alg": "HS256", "typ": "JWT", "kid": kid}, claims)
    ]
    mac = base64.urlsafe_b64encode(hmac.digest(key, b".".join(parts), "sha256")).rstrip(b"=")
    return b".".join([*parts, mac]).decode()


@pytest.mark.parametrize("how", FORGED)
def test_a_token_that_proves_nothing_signs_nobody_in(door: Door, how: str, console: Console) -> None:
    forge, says = FORGED[how]
    door.idp.user |= {"sub": "s-mallory", "preferred_username": "mallory"}
    door.idp.forge = lambda claims: forge(door.idp, claims)
    browser = door.browser()
    refused(door.through(browser), browser, says)
    assert "mallory" not in {one.name for one in people.list_(console.operator)}
    door.idp.forge = lambda claims: signed(door.idp, claims)
    door.idp.user |= {"sub": "s-anna"}
    assert door.through(browser).headers["Location"] == "/", "and what is forged well is no forgery"


def test_a_provider_that_changes_its_key_is_believed_once_it_says_so(console: Console, idp: IdentityProvider) -> None:
    now = [0.0]
    provider = Provider(agreed(idp), clock=lambda: now[0])
    assert [key["kid"] for key in provider.keys("first")] == [idp.key.kid]
    former = idp.key
    try:
        idp.new_key("second")
        provider.keys("second")
        assert idp.asked.count("keys") == 1, "whoever invents names of keys does not have it asked each time"
        now[0] = 31.0
        assert [key["kid"] for key in provider.keys("second")] == ["second"]
    finally:
        idp.key = former


def test_groups_that_only_an_access_token_tells_are_asked_for(door: Door, console: Console) -> None:
    door.idp.user = {"sub": "s-frida", "preferred_username": "frida"}
    door.idp.apart = {"groups": ["everybody"]}
    assert door.through(door.browser()).headers["Location"] == "/"
    door.idp.apart = {"groups": ["ml-admins"], "sub": "s-anna"}
    browser = door.browser()
    refused(door.through(browser), browser, "none of your groups")
    assert people.get(console.operator, "frida").role is Role.VIEWER


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ({"issuer": "https://evil.example"}, "is an identity provider of that name"),
        ({"token_endpoint": None}, "does not say its token_endpoint"),
    ],
)
def test_a_provider_that_is_another_or_says_too_little_is_not_used(
    console: Console, idp: IdentityProvider, says: dict[str, Any], sentence: str
) -> None:
    idp.says = says
    provider = Provider(agreed(idp))
    with pytest.raises(Exception, match=sentence):
        provider.address(state="s", nonce="n", challenge="c")
    with pytest.raises(signing_in.TurnedAway, match="Acme cannot be reached just now"):
        elsewhere.leave(console.operator, provider, "/")


def test_a_provider_without_encryption_is_not_spoken_to_unless_the_deployment_is_a_sandbox(
    console: Console, idp: IdentityProvider
) -> None:
    with pytest.raises(signing_in.TurnedAway):
        elsewhere.leave(console.operator, Provider(agreed(idp, allow_plain=False)), "/")
    assert idp.asked == []


def test_whoever_writes_into_the_database_makes_nobody_of_the_provider_an_admin(door: Door, console: Console) -> None:
    door.idp.user |= {"sub": "s-gina", "preferred_username": "gina", "groups": ["everybody"]}
    door.through(door.browser())
    console.member(Role.ADMIN, name="hans")
    with console.operator.transaction() as tx:
        tx.run("UPDATE operators SET issuer = NULL, subject = NULL WHERE name = 'gina'")
        tx.run("UPDATE operators SET issuer = :i, subject = 's-gina' WHERE name = 'hans'", i=door.idp.issuer)
    browser = door.browser()
    answer = door.through(browser)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "behind ml-connector" in answer.text.replace("&#39;", "'")
    assert not browser.kept


def test_a_token_of_somebody_of_the_provider_may_no_more_than_they_do(door: Door, console: Console) -> None:
    door.idp.user |= {"sub": "s-ida", "preferred_username": "ida"}
    door.through(door.browser())
    shown, _ = tokens.add(console.operator, "ida", "nightly", Role.ADMIN)
    door.idp.user["groups"] = ["everybody"]
    door.through(door.browser())
    found = tokens.bearer(console.operator, shown)
    assert found is not None
    assert found.role is Role.VIEWER


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({"groups": ["everybody", "ml-admins"]}, Role.ADMIN),
        ({"groups": "everybody"}, Role.VIEWER),
        ({"groups": {"everybody": {"org": 1}}}, Role.VIEWER),
        ({"groups": ["ML-ADMINS"]}, None),
        ({"groups": [["ml-admins"]]}, None),
        ({}, None),
    ],
)
def test_groups_are_read_as_providers_tell_them(said: dict[str, Any], role: Role | None) -> None:
    assert claimed.role(said, "groups", GROUPS) is role
    assert claimed.role({"realm": {"roles": said.get("groups")}}, "realm.roles", GROUPS) is role
    assert (
        claimed.role({"https://acme.example/groups": said.get("groups")}, "https://acme.example/groups", GROUPS) is role
    )


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"preferred_username": "Anna@Acme.example"}, "anna@acme.example"),
        ({"preferred_username": "Anna Smith", "email": "anna@acme.example"}, "anna"),
        ({"sub": "0a-1b"}, "0a-1b"),
        ({"sub": "§"}, "operator"),
        ({"preferred_username": "x" * 80, "sub": "s"}, "s"),
    ],
)
def test_somebody_is_called_as_there_where_that_is_a_name(said: dict[str, Any], name: str) -> None:
    assert claimed.names(said)[0] == name
    assert all(people.could_be(one) for one in claimed.names(said))
