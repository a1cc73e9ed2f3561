"""Who vouches for seals: a master key, and whoever remembers one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store.audit import authenticity

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from connector.store.audit.authenticity import Keys
    from connector.store.postgres.transaction import AnyRow, Transaction

_NOTED = sa.text("SELECT seal, digest FROM audit_newest_seal")


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A seal that does not fit."""

    #: None is not known
    seal: int | None
    problem: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A seal that was found to fit, with everything under it."""

    seal: int
    #: the number of its last event
    upto: int
    #: in hexadecimal digits
    digest: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """A seal that somebody remembers, so that it must be part of the trail. None is whatever it was."""

    #: in hexadecimal digits
    digest: str
    seal: int | None = None
    upto: int | None = None
    #: whether it was made under a key
    keyed: bool = False
    #: what to say when it is not there
    missed: str

    def met(self, row: AnyRow) -> bool:
        """Whether this is it."""
        return (
            bytes(row.digest).hex() == self.digest
            and self.seal in {None, row.id}
            and self.upto in {None, row.upto_id}
            and not (self.keyed and row.mac is None)
        )


def verified(mark: Mark) -> Known:
    """What a verification remembers."""
    missed = "this seal fitted when it was last verified; it is gone or altered"
    return Known(digest=mark.digest, seal=mark.seal, upto=mark.upto, missed=missed)


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A seal that was made by somebody who had a master key."""

    seal: int
    made_at: dt.datetime
    #: the number of the last event
    upto: int
    key_id: str


class Vouching:
    """Looks at seals in their order. One under a key vouches for those before it, on which it builds."""

    def __init__(self, keys: Keys | None) -> None:
        self._keys = keys
        self._strange: AnyRow | None = None
        #: the first and the newest one under a key that is at hand
        self.first: Sealed | None = None
        self.newest: Sealed | None = None
        #: the last event of the seals without a key that came before the first with one
        self.unkeyed_upto = 0

    def look(self, row: AnyRow) -> Iterator[Broken]:
        """The next one."""
        if row.mac is None:
            if self.first is None:
                self.unkeyed_upto = row.upto_id or 0
        elif self._keys is None or row.key_id not in self._keys.key_ids:
            self._strange = row
        elif not authenticity.told_by(self._keys, row):
            yield Broken(
                seal=row.id, problem=f"this seal was not made with the master key {row.key_id}: altered, or forged"
            )
        else:
            self._strange = None
            self.newest = Sealed(seal=row.id, made_at=row.to_at, upto=row.upto_id, key_id=row.key_id)
            self.first = self.first or self.newest

    def ended(self) -> Iterator[Broken]:
        """There are no more."""
        if self._strange is not None and self._keys is not None:
            yield Broken(
                seal=self._strange.id,
                problem=f"this seal names the master key {self._strange.key_id}, which is not at hand, and no later "
                "one vouches for it: add that key to ML_CONNECTOR_MASTER_KEYS; where there never was one, it is forged",
            )


def noted(tx: Transaction) -> Iterator[Known]:
    """The newest seal under a key, as it is remembered beside the seals."""
    row = tx.row(_NOTED)
    if row is not None:
        missed = "this seal is the newest that was made here; it is gone or altered"
        yield Known(digest=bytes(row.digest).hex(), seal=row.seal, keyed=True, missed=missed)
