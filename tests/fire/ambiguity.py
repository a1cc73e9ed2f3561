"""Done, but whoever did it saw a timeout: a share of all commits and of all requests that change something."""

from __future__ import annotations

import random
import threading

import requests

from connector.domain.errors import StoreUnavailable
from connector.points import COMMIT, MESSAGE

_READS = ("GET ", "HEAD ", "OPTIONS ")


class Ambiguity:
    """Implements connector.points.Watcher; strikes the same way for the same seed and the same course of things."""

    def __init__(self, seed: str, share: float) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - not for secrets
        self._share = share

    def before(self, what: str) -> None:
        pass

    def after(self, what: str) -> None:
        if what == MESSAGE or what.startswith(_READS) or threading.current_thread() is not threading.main_thread():
            return
        if self._chance.random() >= self._share:
            return
        if what == COMMIT:
            raise StoreUnavailable("The ledger cannot be used now: no answer to a COMMIT that has happened (a test).")
        raise requests.ReadTimeout(f"no answer to {what}, which has happened (a test)")
