"""Whoever asked saw a failure: of all commits half a share had happened and half had not, of all writes a share had."""

from __future__ import annotations

import random
import threading

import requests

from connector.domain.errors import StoreUnavailable
from connector.points import COMMIT, MESSAGE

_READS = ("GET ", "HEAD ", "OPTIONS ")


class Ambiguity:
    """Implements connector.points.Watcher; strikes the same way for the same seed and the same course of things."""

    def __init__(self, seed: str, share: float, *, on_any_thread: bool = False) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - not for secrets
        self._share = share
        self._on_any_thread = on_any_thread

    def before(self, what: str) -> None:
        if what == COMMIT and self._strikes(self._share / 2):
            raise StoreUnavailable("The ledger cannot be used now: a COMMIT has failed (a test).")

    def after(self, what: str) -> None:
        if what == COMMIT and self._strikes(self._share / 2):
            raise StoreUnavailable("The ledger cannot be used now: no answer to a COMMIT that has happened (a test).")
        if what not in {COMMIT, MESSAGE} and not what.startswith(_READS) and self._strikes(self._share):
            raise requests.ReadTimeout(f"no answer to {what}, which has happened (a test)")

    def _strikes(self, share: float) -> bool:
        ours = self._on_any_thread or threading.current_thread() is threading.main_thread()
        return ours and self._chance.random() < share
