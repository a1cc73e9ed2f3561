"""The address of Redis, as it may be written: which words it may have, and what they mean in either spelling."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from connector.config.values import Misread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

ENCRYPTED = "rediss"
VERIFIED, NAME_COMPARED = "ssl_cert_reqs", "ssl_check_hostname"
CA, CERT, KEY = "ssl_ca_certs", "ssl_certfile", "ssl_keyfile"
FILES = (CA, CERT, KEY)
#: as redis-py and as kombu spell it (CERT_NONE); a server always shows a certificate, so an optional one is looked at
_VERIFIES = {"required": True, "optional": True, "none": False}
_SWITCHES = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


def redis_url(url: str) -> str:
    """A Redis address; raises ValueError for anything else."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", ENCRYPTED} or not parts.hostname or parts.port == 0:
        raise ValueError
    if parts.fragment:
        raise Misread("has a # in it; write %23 where it belongs to the password")
    if parts.path.strip("/") and not parts.path.strip("/").isdigit():
        raise Misread("must have the number of a database behind its last slash, such as 0")
    words(parts)
    return url


def words(parts: SplitResult) -> Mapping[str, bool | str]:
    """What an address says of TLS: whether it is verified and the name compared, and files. Raises Misread."""
    found: dict[str, bool | str] = {}
    for word, value in parse_qsl(parts.query, keep_blank_values=True):
        if word in FILES:
            found[word] = value
        elif word == VERIFIED:
            found[word] = _one_of(_VERIFIES, word, value.lower().removeprefix("cert_"), "required or none")
        elif word == NAME_COMPARED:
            found[word] = _one_of(_SWITCHES, word, value.lower(), "true or false")
        else:
            known = ", ".join((VERIFIED, NAME_COMPARED, *FILES))
            raise Misread(f"has {_shown(word)} behind its question mark, where only {known} may stand")
    if found and parts.scheme != ENCRYPTED:
        raise Misread("speaks of TLS and begins with redis://, which is not encrypted; write rediss://")
    return found


def _one_of(known: Mapping[str, bool], word: str, value: str, may_be: str) -> bool:
    if value not in known:
        raise Misread(f"must say {word}={may_be}")
    return known[value]


def _shown(word: str) -> str:
    """What is no word may be a piece of a password."""
    return f"the word {word!r}" if re.fullmatch(r"[a-z_]{1,30}", word) else "something"
