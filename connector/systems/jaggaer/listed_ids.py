"""Which ids a list of JAGGAER has under each supplier and number, in some 10 bytes an invoice.

A bucket is one short text of bytes, made anew with each entry: Python keeps those of all threads in one place. What is
longer, and grows, lies in a place of libc's for each thread, and took three times as much.

Only a hash of supplier and number is kept, so what is found may, once in a great while, belong to another number:
whoever asks looks at each invoice before anything is decided. What is there is always found, so that "not listed" is
never wrong.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

#: four bytes of the hash of its number, and how far its id lies behind where we count from; or, below zero, where it
#: stands in words
_ENTRY = struct.Struct("=Ii")
_HASH = struct.Struct("=I")
_HASHES = 2**32
_FARTHEST = 2**31
_MOST_DIGITS = 18
#: entries in a bucket, on average, before there are twice as many buckets: hardly one has more than Python calls short
_FULL = 40


class ListedIds:
    """The ids of one list; under one key in the order in which they were added."""

    def __init__(self) -> None:
        self._buckets = [b""]
        self._entries = 0
        #: where ids are counted from, with the first that is a plain number in the middle of what there is room for
        self._from: int | None = None
        #: ids that are no plain number, or lie far from it
        self._words: list[str] = []

    def add(self, key: Hashable, number: str) -> None:
        """Remember that the invoice of this id is listed under this key."""
        hashed = hash(key) % _HASHES
        if self._entries >= _FULL * len(self._buckets):
            self._spread()
        self._buckets[self._place(hashed)] += _ENTRY.pack(hashed, self._as_integer(number))
        self._entries += 1

    def under(self, key: Hashable) -> list[str]:
        """Return the ids listed under this key, each once, and perhaps one of a key that has the same hash."""
        hashed = hash(key) % _HASHES
        bucket, wanted = self._buckets[self._place(hashed)], _HASH.pack(hashed)
        ids = (self._as_text(_ENTRY.unpack_from(bucket, at)[1]) for at in _places(bucket, wanted))
        return list(dict.fromkeys(ids))  # one whose reading was interrupted may have been added twice

    def clear(self) -> None:
        """Forget all."""
        self._buckets, self._entries, self._from = [b""], 0, None
        self._words.clear()

    def _place(self, hashed: int) -> int:
        return hashed & (len(self._buckets) - 1)

    def _spread(self) -> None:
        """Divide each bucket in two, which keeps the order of its entries; interrupted, nothing has changed."""
        size = len(self._buckets)
        below, above = list[bytes](), list[bytes]()
        for bucket in self._buckets:
            halves = bytearray(), bytearray()
            for hashed, number in _ENTRY.iter_unpack(bucket):
                halves[bool(hashed & size)].extend(_ENTRY.pack(hashed, number))
            below.append(bytes(halves[0]))
            above.append(bytes(halves[1]))
        self._buckets = below + above

    def _as_integer(self, number: str) -> int:
        if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS and str(int(number)) == number:
            if self._from is None:
                self._from = int(number) - _FARTHEST // 2
            if 0 <= (behind := int(number) - self._from) < _FARTHEST:
                return behind
        self._words.append(number)
        return -len(self._words)

    def _as_text(self, number: int) -> str:
        return str((self._from or 0) + number) if number >= 0 else self._words[-number - 1]


def _places(bucket: bytes, wanted: bytes) -> Iterator[int]:
    """Where in a bucket entries begin with this."""
    at = bucket.find(wanted)
    while at >= 0:
        if at % _ENTRY.size == 0:
            yield at
        at = bucket.find(wanted, at + 1)
