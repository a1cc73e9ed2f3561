"""What was posted of the documents of a period, pure: on which account, and what of that is otherwise by now."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.reconciliation import Posted
from connector.domain.sign_off import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

#: by account and currency
ByAccount = dict[tuple[str, str], Posted]
#: between the accounts of a document
_BESIDE = "\x1e"


@dataclass(frozen=True, kw_only=True)
class AccountChange:
    """An account on which something else was posted than when the period was signed off."""

    account: str
    currency: str
    before: Posted
    now: Posted


@dataclass(kw_only=True)
class Postings:
    """What was posted of documents, by their keys, in short. Grows by one document after the other."""

    of: dict[str, str] = field(default_factory=dict)
    #: documents of which nobody knows any more what was posted: retention has removed it
    untold: set[str] = field(default_factory=set)

    def add(self, key: str, posted: ByAccount) -> None:
        """Add a document."""
        self.of[key] = _BESIDE.join(
            SEPARATOR.join((account, currency, f"{one.debit:f}", f"{one.credit:f}"))
            for (account, currency), one in sorted(posted.items())
        )

    def lines(self) -> list[list[str]]:
        """Each document with what was posted; without, where that is not known."""
        return sorted([*([key, posted] for key, posted in self.of.items()), *([key] for key in self.untold)])

    @classmethod
    def read(cls, lines: Iterable[list[str]]) -> Postings:
        """Read them from their lines."""
        found = cls()
        for key, *posted in lines:
            if posted:
                found.of[key] = posted[0]
            else:
                found.untold.add(key)
        return found

    def accounts(self, *, without: Collection[str] = ()) -> ByAccount:
        """The sums of all accounts, in their order."""
        found: ByAccount = defaultdict(Posted)
        for key, posted in self.of.items():
            for where, one in _read(posted) if key not in without else ():
                found[where].add(one)
        return dict(sorted(found.items()))


def moved(before: Mapping[tuple[str, str], Posted], now: Mapping[tuple[str, str], Posted]) -> Iterator[AccountChange]:
    """On which accounts something else was posted."""
    for account, currency in sorted(before.keys() | now.keys()):
        one, other = (sums.get((account, currency), Posted()) for sums in (before, now))
        if one != other:
            yield AccountChange(account=account, currency=currency, before=one, now=other)


def otherwise(before: Postings, now: Postings) -> dict[str, str]:
    """Of documents that were posted then and now, by key: what is otherwise, as people say it."""
    found = {}
    for key in before.of.keys() & now.of.keys():
        was, is_ = (dict(_read(one.of[key])) for one in (before, now))
        if was != is_:
            then, there = _named(was), _named(is_)
            found[key] = f"posted on {there} instead of {then}" if then != there else f"other amounts on {there}"
    return found


def _read(posted: str) -> Iterator[tuple[tuple[str, str], Posted]]:
    for line in filter(None, posted.split(_BESIDE)):
        account, currency, debit, credit = line.split(SEPARATOR)
        yield (account, currency), Posted(debit=Decimal(debit), credit=Decimal(credit))


def _named(posted: ByAccount) -> str:
    return ", ".join(sorted({account for account, _ in posted})) or "no account"
