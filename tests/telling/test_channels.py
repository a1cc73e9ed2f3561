from __future__ import annotations

import base64
from typing import Any

import pytest

from connector.domain.alert import Hearing
from connector.domain.errors import ConfigurationError
from connector.telling.channels import checked

URL = "https://hooks.example/services/canary"
KEY = f"whsec_{base64.b64encode(bytes(24)).decode()}"
LETTER = {"host": "smtp.example", "from": "ml@acme.example", "to": ["ap@acme.example"]}


@pytest.mark.parametrize(
    ("kind", "keys", "says"),
    [
        ("sms", {}, "no kind of alert channel 'sms'"),
        ("slack", {"url": "canary with blanks"}, "url is no web address"),
        ("webhook", {}, "signing_key is missing"),
        ("webhook", {"signing_key": "canary"}, "signing_key is no key like whsec_"),
        ("slack", {"quite": "22:00-06:00"}, "Did you mean 'quiet'?"),
        ("slack", {"quiet": "22-6"}, "quiet are no hours"),
        ("slack", {"digest": "8"}, "digest is no time of day"),
        ("slack", {"digest_only": True}, "digest_only needs the time"),
        ("slack", {"timezone": "Berlin"}, "Did you mean 'Europe/Berlin'?"),
        ("slack", {"proxy": "http://u:canary@proxy.example:3128"}, "holds a user or password"),
        ("email", {"host": "smtp.example", "from": "ml", "to": ["a@b.example"]}, "from is no e-mail address"),
        ("email", {"host": "smtp.example", "from": "a@b.example", "to": []}, "to should have at least 1."),
        ("email", {"host": "h", "from": "a@b.example", "to": ["a@b.example"], "username": "u"}, "belong together"),
        ("slack", {"url": "ftp://hooks.example/canary"}, "url is no web address"),
        ("slack", {"url": "https://u:canary@hooks.example/"}, "url is no web address"),
        ("slack", {"url": "https://[canary"}, "url cannot be read"),
        ("slack", {"url": "http://hooks.example/canary"}, "url must begin with https://"),
        ("webhook", {"signing_key": "whsec_Y2FuYXJ5"}, "24 to 64 random bytes"),
        ("email", {**LETTER, "to": ["a@b.example\nBcc: eve@evil.example"]}, "to is no e-mail address"),
        ("email", {**LETTER, "security": "none"}, "security should be one of"),
    ],
)
def test_a_mistake_is_a_sentence_without_a_secret(kind: str, keys: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked(kind, keys if kind == "email" else {"url": URL, **keys})
    assert says in caught.value.message
    assert "canary" not in caught.value.message


def test_of_addresses_that_are_none_nothing_else_is_said() -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked("email", {**LETTER, "to": ["x", "y"]})
    assert caught.value.message == "to is no e-mail address like ap@acme.example."


def test_what_is_shown_is_apart_from_what_is_secret() -> None:
    config, hearing, secrets = checked(
        "webhook", {"url": URL, "signing_key": KEY, "quiet": "22:00-06:00", "rules": ["disk.low"], "proxy": "direct"}
    )
    assert config == {"proxy": "direct"}
    assert hearing == Hearing(quiet="22:00-06:00", rules=("disk.low",))
    assert secrets == {"url": URL, "signing_key": KEY}
    config, hearing, secrets = checked("email", {**LETTER, "username": "ml", "password": "p"})
    assert (config, hearing, secrets) == ({**LETTER, "username": "ml"}, Hearing(), {"password": "p"})


def test_plain_http_is_for_who_permits_it() -> None:
    plain = {"url": "http://hooks.example/canary"}
    assert checked("teams", {**plain, "allow_plain_http": True})[2] == plain
    assert checked("teams", plain, allow_plain=True)[2] == plain
