"""Accounts: each account of Acme Books becomes a value of the accounting field in JAGGAER, and the books are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.domain.flow import Flow, Mapped, Side
from connector.domain.gate import Needs
from connector.systems.jaggaer import documents as jaggaer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as the books have it."""

    number: str
    title: str
    is_open: bool


def parse(payload: Mapping[str, Any]) -> Account:
    """Read a payload."""
    return Account(number=payload["account"], title=payload["description"], is_open=payload["open"])


def needs(_account: Account, _options: Mapping[str, Any]) -> Needs:
    """Nothing."""
    return Needs()


def map_account(account: Account, _known: Known, _options: Mapping[str, Any]) -> Mapped:
    """The field value."""
    body = jaggaer.account_value(value=account.number, description=account.title, active=account.is_open)
    return Mapped(key=account.number, body=body)


FLOW: Flow[Account] = Flow(
    name="books_accounts_to_jaggaer",
    kind="books-jaggaer",
    title="Accounts",
    source=Side(system="books", entity="accounts"),
    target=Side(system="jaggaer", entity="account_values"),
    schedule="every 1h",
    options={},
    parse=parse,
    key_field="account",
    needs=needs,
    map=map_account,
    confirms=True,
)
