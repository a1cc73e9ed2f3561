"""Passwords that cost next to nothing to look at, also where there is none to compare with.

What one costs outside of tests is held by `tests/operations/accounts/test_signing_in.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from argon2 import PasswordHasher

from connector.operations.accounts import passwords

if TYPE_CHECKING:
    import pytest

#: what hashes outside of tests, and what is compared with where nobody has that name
HASHER, NOBODY = passwords._HASHER, passwords._NOBODY
_QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
_QUICK_NOBODY = _QUICK.hash("nobody's password")


def use(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(passwords, "_HASHER", _QUICK)
    patch.setattr(passwords, "_NOBODY", _QUICK_NOBODY)
