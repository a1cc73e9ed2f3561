"""Passwords: what they must be, how they are kept, and those that let somebody in once."""

from __future__ import annotations

import datetime as dt
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from connector.domain.errors import ConfigurationError, Unavailable

LEAST, MOST = 12, 200
#: a password that letters and digits of a keyboard's edge make up is none
_LEAST_DIFFERENT = 6
#: how long a password for one sign-in is good
ONCE_GOOD_FOR = dt.timedelta(hours=24)
#: without what is read wrongly or makes words
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
_GROUPS, _GROUP = 5, 4
#: each takes 64 MiB and a processor's attention; whoever comes meanwhile waits, and not for long
_AT_ONCE, _PATIENCE_SECONDS = 2, 10.0

#: argon2id, RFC 9106's second recommendation
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_ROOM = threading.BoundedSemaphore(_AT_ONCE)
#: what a name is compared with that nobody has, so that it takes as long
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$zQ2mPFfVj8GSvVf4JdTplg$T2MACwCq3EEOA87Wt1w/vL7QqTNv+alPZjOpjwdodo4"


def chosen(password: str, name: str) -> str:
    """Hash the password that an operator chose; raises ConfigurationError with the rule that it breaks."""
    if not LEAST <= len(password) <= MOST:
        raise ConfigurationError(f"A password has {LEAST} to {MOST} characters; several words make a good one.")
    if len(set(password)) < _LEAST_DIFFERENT or name.casefold() in password.casefold():
        raise ConfigurationError("That password is easily guessed: take several words that are not your name.")
    with _Turn():
        return _HASHER.hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the one that was hashed; takes as long where there is none to compare it with."""
    with _Turn():
        try:
            _HASHER.verify(kept or _NOBODY, password[: MOST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def for_once() -> str:
    """A password for one sign-in: 95 bits, as people can type it."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


class _Turn:
    """Waits until few are hashing; raises Unavailable when that takes too long."""

    def __enter__(self) -> None:
        if not _ROOM.acquire(timeout=_PATIENCE_SECONDS):
            raise Unavailable("Too many people sign in at this moment; try again in some seconds.")

    def __exit__(self, *_: object) -> None:
        _ROOM.release()
