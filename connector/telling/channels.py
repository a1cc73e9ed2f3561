"""What a channel is set to: its kinds, their settings, and which of these are secrets."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from connector.domain.alert import Hearing, clock_time, hours
from connector.domain.errors import ConfigurationError, UnknownName, nearest
from connector.domain.outbound import DIRECT, ENVIRONMENT, proxy_at
from connector.domain.schedule import zone
from connector.reading.mistakes import NO_SETTING, complaint, known_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\\\x00-\x1f\x7f-\U0010ffff]+@[A-Za-z0-9.-]+")
_LEAST_KEY, _MOST_KEY = 24, 64
_KEY_PREFIX = "whsec_"


def _address(text: str) -> str:
    if _ADDRESS.fullmatch(text) is None:
        raise ValueError("is no e-mail address like ap@acme.example")
    return text


def _zone(name: str) -> str:
    try:
        zone(name)
    except UnknownName as error:
        raise ValueError(f"is no time zone. {error.message.rstrip('.')}") from None
    return name


def _proxy(text: str) -> str:
    return text if text in {"", ENVIRONMENT, DIRECT} else proxy_at(text, with_password=False).url


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


class Hears(_Settings):
    """What a channel hears, and when (``domain.alert.Hearing``)."""

    rules: tuple[str, ...] = ()
    integrations: tuple[str, ...] = ()
    digest: Annotated[str, AfterValidator(clock_time)] = ""
    digest_only: bool = False
    quiet: Annotated[str, AfterValidator(hours)] = ""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"


class Mail(_Settings):
    """A mail server that takes what we send, over TLS that is verified."""

    host: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65_535)
    #: STARTTLS on a plain port, or TLS from the first byte
    security: Literal["starttls", "tls"] = "starttls"
    username: str = ""
    sender: Annotated[str, AfterValidator(_address)] = Field(alias="from")
    to: tuple[Annotated[str, AfterValidator(_address)], ...] = Field(min_length=1, max_length=50)
    ca_file: str = ""
    allow_private_addresses: bool = False


class Post(_Settings):
    """An address that takes what we post; the address itself is a secret."""

    ca_file: str = ""
    proxy: Annotated[str, AfterValidator(_proxy)] = ""
    allow_private_addresses: bool = False
    allow_plain_http: bool = False


#: kind -> its settings, the secrets it must have, and those it may have
KINDS: Mapping[str, tuple[type[Mail | Post], frozenset[str], frozenset[str]]] = {
    "email": (Mail, frozenset(), frozenset({"password"})),
    "webhook": (Post, frozenset({"url", "signing_key"}), frozenset()),
    "slack": (Post, frozenset({"url"}), frozenset()),
    "teams": (Post, frozenset({"url"}), frozenset()),
}


def secrets_of(kind: str) -> frozenset[str]:
    """Which settings of this kind are secrets; raises UnknownName."""
    if kind not in KINDS:
        raise UnknownName.among("kind of alert channel", kind, KINDS)
    _, needed, optional = KINDS[kind]
    return needed | optional


def settings_of(kind: str) -> frozenset[str]:
    """What a file of this kind may say; raises UnknownName."""
    known = secrets_of(kind)
    return known | {*Hears.model_fields, *(one.alias or key for key, one in KINDS[kind][0].model_fields.items())}


def checked(
    kind: str, written: Mapping[str, Any], *, allow_plain: bool = False
) -> tuple[dict[str, Any], Hearing, dict[str, str]]:
    """Check the settings of a channel, references resolved: what is shown, what it hears, its secrets.

    ``allow_plain`` is what the deployment permits to all. Raises ConfigurationError that lists every mistake, and
    repeats no secret.
    """
    known = secrets_of(kind)
    model, needed, _ = KINDS[kind]
    given = {key: value for key, value in written.items() if key not in known}
    hears = {key: value for key, value in given.items() if key in Hears.model_fields}
    rest = {key: value for key, value in given.items() if key not in hears}
    mistakes = [f"{name} is missing: write env:NAME, file:PATH or -." for name in sorted(needed - written.keys())]
    names = sorted(settings_of(kind))
    settings, heard = _valid(model, rest, names, mistakes), _valid(Hears, hears, names, mistakes)
    secrets = {key: str(written[key]) for key in known & written.keys()}
    plain = allow_plain or (isinstance(settings, Post) and settings.allow_plain_http)
    mistakes += [f"{key} {why}." for key, value in secrets.items() if (why := _wrong(key, value, plain=plain))]
    if kind == "email" and isinstance(settings, Mail) and bool(settings.username) != ("password" in secrets):
        mistakes.append("username and password belong together: give both, or none.")
    if isinstance(heard, Hears) and heard.digest_only and not heard.digest:
        mistakes.append("digest_only needs the time of the digest: digest: 08:00.")
    if mistakes or settings is None or not isinstance(heard, Hears):
        raise ConfigurationError(" ".join(mistakes), mistakes=mistakes)
    return settings.model_dump(mode="json", by_alias=True, exclude_defaults=True), Hearing(**dict(heard)), secrets


def signing_key(text: str) -> bytes:
    """The bytes of ``whsec_`` and base64; raises ValueError with the end of a sentence."""
    try:
        key = base64.b64decode(text.removeprefix(_KEY_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_KEY_PREFIX) or not _LEAST_KEY <= len(key) <= _MOST_KEY:
        raise ValueError(f"is no key like {_KEY_PREFIX} and {_LEAST_KEY} to {_MOST_KEY} random bytes in base64")
    return key


def _valid(model: type[BaseModel], given: Mapping[str, Any], names: list[str], mistakes: list[str]) -> BaseModel | None:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # a list of which every entry is wrong counts as empty
        inside = {one["loc"][0] for one in found if len(one["loc"]) > 1}
        told = [_sentence(one, names) for one in found if len(one["loc"]) > 1 or one["loc"][0] not in inside]
        mistakes += known_once(list(dict.fromkeys(told)), names)
        return None


def _sentence(mistake: ErrorDetails, names: list[str]) -> str:
    name = ".".join(part for part in mistake["loc"] if isinstance(part, str))
    if mistake["type"] == "extra_forbidden":
        return f"{NO_SETTING} {name!r} for this kind of channel.{nearest(name, names)}"
    return f"{name} {complaint(mistake)}."


def _wrong(key: str, value: str, *, plain: bool) -> str:
    """What is wrong with a secret, which is not repeated."""
    if key == "signing_key":
        try:
            signing_key(value)
        except ValueError as why:
            return str(why)
    if key != "url":
        return ""
    try:
        parts = urlsplit(value)
        good = bool(parts.hostname) and (parts.port is None or parts.port > 0) and not parts.username
    except ValueError:
        return "cannot be read as a web address"
    if not good or parts.scheme not in {"http", "https"} or not value.isprintable() or " " in value:
        return "is no web address like https://hooks.example.com/..., without user and password"
    return "" if parts.scheme == "https" or plain else "must begin with https://"
