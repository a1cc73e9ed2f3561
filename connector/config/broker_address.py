"""The address of the broker as it may be written: Redis, Redis behind Sentinels, or RabbitMQ.

    redis://user:password@host:6379/0
    sentinel://user:password@one:26379;two:26379;three:26379/0?master_name=mymaster
    amqp://user:password@one:5672;two:5672/vhost

``rediss``, ``sentinels`` and ``amqps`` are encrypted. Several servers may each be written as a whole, as Celery has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from connector.config.values import Misread

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from urllib.parse import SplitResult


class Kind(StrEnum):
    """What the broker is."""

    REDIS = "Redis"
    SENTINEL = "Redis behind Sentinels"
    RABBITMQ = "RabbitMQ"


VERIFIED, NAME_COMPARED = "ssl_cert_reqs", "ssl_check_hostname"
CA, CERT, KEY = "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"
FILES = (CA, CERT, KEY)
TLS = (VERIFIED, NAME_COMPARED, *FILES)
#: the name Sentinels know the primary by; who we are to Sentinels, and whether they speak TLS as Redis does
MASTER, SENTINEL_USERNAME, SENTINEL_PASSWORD = "master_name", "sentinel_username", "sentinel_password"
SENTINEL_TLS = "sentinel_tls"

#: whether it is encrypted, and the port where none is written
_SCHEMES = {
    "redis": (Kind.REDIS, False, 6379),
    "rediss": (Kind.REDIS, True, 6379),
    "sentinel": (Kind.SENTINEL, False, 26379),
    "sentinels": (Kind.SENTINEL, True, 26379),
    "amqp": (Kind.RABBITMQ, False, 5672),
    "amqps": (Kind.RABBITMQ, True, 5671),
}
_WORDS = {
    Kind.REDIS: TLS,
    Kind.SENTINEL: (MASTER, SENTINEL_USERNAME, SENTINEL_PASSWORD, SENTINEL_TLS, *TLS),
    Kind.RABBITMQ: TLS,
}
#: as redis-py and as kombu spell it (CERT_NONE); a server always shows a certificate, so an optional one is looked at
_VERIFIES = {"required": True, "optional": True, "none": False}
_SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True, kw_only=True)
class Address:
    """An address, read."""

    kind: Kind
    scheme: str
    encrypted: bool
    #: each with its port
    servers: Sequence[tuple[str, int]]
    username: str
    password: str = field(repr=False)
    #: a database of Redis, or a virtual host
    place: str
    words: Mapping[str, bool | str] = field(repr=False)


def at(host: str, port: int) -> str:
    """``host:port``, or ``[host]:port`` where the host is an address of IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def broker_at(url: str) -> str:
    """An address of a broker; raises ValueError for anything else."""
    read(url)
    return url


def read(url: str) -> Address:
    """Read an address; raises Misread where it can be said what is wrong without showing it, else ValueError."""
    scheme, _, rest = url.partition("://")
    if scheme not in _SCHEMES:
        raise ValueError
    kind, encrypted, port = _SCHEMES[scheme]
    if "#" in rest:
        raise Misread("has a # in it; write %23 where it belongs to the password")
    pieces = [rest] if kind is Kind.REDIS else rest.split(";")
    parts = [urlsplit(f"{scheme}://{piece.removeprefix(f'{scheme}://')}") for piece in pieces]
    if not all(part.hostname and part.port != 0 for part in parts):
        raise ValueError
    first = parts[0]
    for part in parts[1:]:
        if (part.username, part.password) not in {(None, None), (first.username, first.password)}:
            raise Misread("says two passwords or users: all its servers are spoken to alike")
    said = _words(kind, encrypted, "&".join(filter(None, (part.query for part in parts))))
    return Address(
        kind=kind,
        scheme=scheme,
        encrypted=encrypted,
        servers=[(str(part.hostname), part.port or port) for part in parts],
        username=unquote(first.username or ""),
        password=unquote(first.password or ""),
        place=_place(kind, parts),
        words=said,
    )


def _place(kind: Kind, parts: Sequence[SplitResult]) -> str:
    found = {part.path for part in parts} - {""}
    if len(found) > 1:
        raise Misread("says two databases" if kind is Kind.SENTINEL else "says two virtual hosts")
    path = unquote(found.pop().removeprefix("/")) if found else ""
    if kind is Kind.RABBITMQ:
        return path or "/"
    if path.strip("/") and not path.strip("/").isdigit():
        raise Misread("must have the number of a database behind its last slash, such as 0")
    return path.strip("/") or "0"


def _words(kind: Kind, encrypted: bool, query: str) -> Mapping[str, bool | str]:  # noqa: FBT001 - two facts of a scheme
    """What an address says behind its question mark."""
    found: dict[str, bool | str] = {}
    for word, value in parse_qsl(query, keep_blank_values=True):
        if word not in _WORDS[kind]:
            raise Misread(f"has {_shown(word)} behind its question mark, where only {_known(kind)} may stand")
        if word == VERIFIED:
            found[word] = _one_of(_VERIFIES, word, value.lower().removeprefix("cert_"), "required or none")
        elif word in {NAME_COMPARED, SENTINEL_TLS}:
            found[word] = _one_of(_SWITCHES, word, value.lower(), "true or false")
        else:
            found[word] = value
    if kind is Kind.SENTINEL and not found.get(MASTER):
        raise Misread(f"must say ?{MASTER}=, the name that the Sentinels know the primary by, such as mymaster")
    if found.keys() & {*TLS, SENTINEL_TLS} and not encrypted:
        plain = next(scheme for scheme, of in _SCHEMES.items() if of[:2] == (kind, False))
        raise Misread(f"speaks of TLS and begins with {plain}://, which is not encrypted; write {plain}s://")
    return found


def _known(kind: Kind) -> str:
    return ", ".join(_WORDS[kind])


def _one_of(known: Mapping[str, bool], word: str, value: str, may_be: str) -> bool:
    if value not in known:
        raise Misread(f"must say {word}={may_be}")
    return known[value]


def _shown(word: str) -> str:
    """What is no word may be a piece of a password."""
    return f"the word {word!r}" if re.fullmatch(r"[a-z_]{1,30}", word) else "something"
