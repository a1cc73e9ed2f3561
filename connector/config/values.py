"""How the values of settings are read."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connector.domain import dsn
from connector.domain.outbound import ENVIRONMENT, proxy_at

if TYPE_CHECKING:
    from pathlib import Path


#: days: months are removed as a whole
SHORTEST_KEPT = 31


class Misread(ValueError):
    """Why a value cannot be used, as a sentence goes on behind the setting's name; it shows no secret."""


def content(file: Path) -> str:
    """What a file says, without space around it; raises ValueError with the end of a sentence."""
    try:
        text = file.expanduser().read_text("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError("cannot be read: it is not text") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if not text:
        raise ValueError("is empty")
    return text


def psycopg_url(url: str) -> str:
    """A PostgreSQL address, spelled for the driver; raises ValueError for anything else."""
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not rest.startswith("//"):
        raise ValueError
    return f"postgresql+psycopg:{rest}"


def file_or_https(text: str) -> str:
    """A file, or an https address; raises ValueError for another kind of address."""
    if "://" in text and (urlsplit(text).scheme != "https" or not urlsplit(text).hostname):
        raise ValueError
    return text


def http_or_https(text: str) -> str:
    """An address of either kind, or nothing; raises ValueError for anything else."""
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError
    return text


def error_server(text: str) -> str:
    """A DSN as Sentry gives it, or nothing; raises ValueError for anything else."""
    if text:
        dsn.read(text)
    return text


def forward_proxy(text: str) -> str:
    """A forward proxy, or the word for those of the environment; raises Misread for anything else."""
    if text in {"", ENVIRONMENT}:
        return text
    try:
        return proxy_at(text).url
    except ValueError as why:
        raise Misread(str(why)) from None


def never_or_later(days: int) -> int:
    """After so many days, at least a month; 0 is never. Raises ValueError for anything else."""
    if 0 < days < SHORTEST_KEPT:
        raise ValueError
    return days


def ip(text: str) -> str:
    """An IP address; raises ValueError for anything else."""
    return str(ip_address(text))


def lower(value: object) -> object:
    """Words in small letters; anything else as it is."""
    return value.lower() if isinstance(value, str) else value
