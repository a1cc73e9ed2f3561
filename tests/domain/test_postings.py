"""What was posted of documents is kept in short, read again as it was, and compared account by account."""

from __future__ import annotations

from decimal import Decimal

from connector.domain import postings
from connector.domain.postings import Postings
from connector.domain.reconciliation import Posted


def _posted(**documents: dict[str, str] | None) -> Postings:
    found = Postings()
    for key, posted in documents.items():
        if posted is None:
            found.untold.add(key)
        else:
            found.add(key, {(one, "EUR"): Posted(debit=Decimal(amount)) for one, amount in posted.items()})
    return found


def test_it_is_read_as_it_was_written() -> None:
    was = _posted(a={"6100": "10.50", "6200": "0.10"}, b=None, c={})
    assert Postings.read(was.lines()) == was
    assert Postings.read(reversed(was.lines())).lines() == was.lines()
    assert was.accounts() == {
        ("6100", "EUR"): Posted(debit=Decimal("10.50")),
        ("6200", "EUR"): Posted(debit=Decimal("0.10")),
    }


def test_what_nobody_knows_any_more_is_in_no_account() -> None:
    before, now = _posted(a={"6100": "1"}, b={"6100": "2"}), _posted(a={"6100": "1"}, b=None)
    assert list(postings.moved(before.accounts(without=now.untold), now.accounts(without=now.untold))) == []
    (lost,) = postings.moved(before.accounts(), now.accounts())
    assert (lost.account, lost.before.debit, lost.now.debit) == ("6100", 3, 1)
    assert postings.otherwise(before, now) == {}


def test_documents_are_named_by_what_is_posted_otherwise() -> None:
    before = _posted(a={"6100": "1", "6200": "2"}, b={"6100": "1"}, c={"6100": "1"}, gone={"1": "1"})
    now = _posted(a={"6100": "1", "6300": "2"}, b={"6100": "1.5"}, c={"6100": "1.00"}, came={"1": "1"})
    assert postings.otherwise(before, now) == {
        "a": "posted on 6100, 6300 instead of 6100, 6200",
        "b": "other amounts on 6100",
    }
