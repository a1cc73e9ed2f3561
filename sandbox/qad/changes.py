"""``POST /_sandbox/documents``: more documents, changed documents, and the events of an accounts payable day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from sandbox.qad import words
from sandbox.qad.books import now
from sandbox.qad.documents import Account, CostObject, Remit
from sandbox.qad.seeding.states import STATES
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from sandbox.qad.documents import Invoice
    from sandbox.qad.entries import Entry
    from sandbox.qad.seeding.seeder import Seeder
    from sandbox.qad.tenant import Tenant

_EVENTS: Final = ("generate", "match", "charge", "pay", "void", "bounce", "collect", "entity", "receive", "reimburse")

_ACCOUNT: Final = Account(
    code="9000",
    description="Another account",
    type_code="STANDARD",
    active=True,
    cost_centre=False,
    project=False,
    modified=datetime(2026, 11, 1, 8, tzinfo=UTC),
)


class Changes:
    """Reads what is asked and does it; what makes no sense is refused before its document changes."""

    def __init__(self, tenant: Tenant, seeder: Seeder) -> None:
        self._books = tenant.books
        self._ledgers = tenant.ledgers
        self._seeder = seeder

    def apply(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do every event named in ``body``; answer the keys of what was made or changed, by event.

        ``generate``: how many of suppliers, orders, invoices, payments. ``match``, ``void``, ``bounce``, ``collect``:
        invoice ids. ``charge``: freight on top of an invoice, ``{"invoice", "amount", "account", "listed"}``.
        ``pay``: invoice ids, or ``{"invoice", "amount", "status"}``. ``receive``: order numbers.
        ``reimburse``: references of journal entries, or ``{"reference", "amount", "status"}``; with
        ``"restated": true`` the payments there are get the status. ``entity`` with ``documents``: fields to change, by
        the names of the sandbox's own documents; an unknown or missing key makes a new document, invented (a matched
        invoice, an open order) but for the fields that are given.
        """
        if unknown := sorted(set(body) - {*_EVENTS, "documents"}):
            raise SandboxMistakeError(f"The sandbox cannot {unknown[0]!r}; it can {', '.join(_EVENTS)}.")
        done: dict[str, Any] = {}
        if "generate" in body:
            done["generate"] = self._generate(body["generate"])
        if "entity" in body:
            done["documents"] = self._put(str(body["entity"]), _list(body.get("documents"), "documents"))
        for event, act in self._acts().items():
            if event in body:
                done[event] = [act(one) for one in _list(body[event], event)]
        return done

    def _acts(self) -> Mapping[str, Callable[[Any], str]]:
        books = self._books
        return {
            "charge": lambda one: self._charge(one).invoice_id,
            "match": lambda one: books.match(str(one)).invoice_id,
            "collect": lambda one: books.pay(str(one), status="For Collection").invoice_id,
            "pay": lambda one: self._pay(one).invoice_id,
            "void": lambda one: books.restate(str(one), "Void").invoice_id,
            "bounce": lambda one: books.restate(str(one), "Bounced").invoice_id,
            "receive": lambda one: books.take_in(str(one)),
            "reimburse": lambda one: self._reimburse(one).reference,
        }

    def _charge(self, asked: object) -> Invoice:
        given = asked if isinstance(asked, Mapping) else {}
        return self._books.charge(
            str(given.get("invoice")),
            _decimal("amount", given.get("amount")),
            account=str(given.get("account", words.EXPENSE_ACCOUNTS[0])),
            listed=given.get("listed") is not False,
        )

    def _reimburse(self, asked: object) -> Entry:
        given = asked if isinstance(asked, Mapping) else {"reference": asked}
        reference = str(given.get("reference"))
        amount = _decimal("amount", given["amount"]) if given.get("amount") is not None else None
        with_it = (one for one in self._ledgers.values() if any(of.reference == reference for of in one.entries))
        books = next(with_it, self._books)
        status, restated = str(given.get("status", "Paid")), given.get("restated") is True
        return books.reimburse(reference, amount=amount, status=status, restated=restated)

    def _pay(self, asked: object) -> Invoice:
        if not isinstance(asked, Mapping):
            return self._books.pay(str(asked))
        amount = _decimal("amount", asked["amount"]) if asked.get("amount") is not None else None
        return self._books.pay(str(asked.get("invoice")), amount=amount, status=str(asked.get("status", "Paid")))

    def _generate(self, wanted: object) -> dict[str, list[str]]:
        makers = {
            "suppliers": self._seeder.suppliers,
            "orders": self._seeder.orders,
            "invoices": self._seeder.invoices,
            "payments": self._seeder.payments,
        }
        if not isinstance(wanted, Mapping) or not set(wanted) <= set(makers):
            raise SandboxMistakeError(f"generate takes numbers of {', '.join(makers)}.")
        for kind, count in wanted.items():
            if not isinstance(count, int) or isinstance(count, bool) or count < 0:
                raise SandboxMistakeError(f"generate takes a whole number of {kind}, not {count!r}.")
        return {kind: make(wanted[kind]) for kind, make in makers.items() if kind in wanted}

    def _put(self, entity: str, documents: list[Any]) -> list[str]:
        putters: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
            "suppliers": self._supplier,
            "accounts": self._account,
            "orders": self._order,
            "invoices": self._invoice,
            "cost_centres": lambda document: self._cost_object("cost_centre", document),
            "projects": lambda document: self._cost_object("project", document),
            "companies": lambda document: self._cost_object("company", document),
        }
        if entity not in putters:
            raise SandboxMistakeError(f"The sandbox keeps {', '.join(putters)}; not {entity!r}.")
        if not all(isinstance(document, Mapping) for document in documents):
            raise SandboxMistakeError("documents takes objects.")
        return [putters[entity](document) for document in documents]

    def _supplier(self, asked: Mapping[str, Any]) -> str:
        known = self._books.suppliers.get(str(asked.get("code"))) or self._seeder.invent_supplier()
        changed = replace(known, **{"modified": now(), **_values(known, asked)})
        self._seeder.keep_supplier(changed)
        return changed.code

    def _account(self, asked: Mapping[str, Any]) -> str:
        known = self._books.accounts.get(str(asked.get("code"))) or _ACCOUNT
        changed = replace(known, **{"modified": now(), **_values(known, asked)})
        self._books.put_account(changed)
        return changed.code

    def _cost_object(self, kind: str, asked: Mapping[str, Any]) -> str:
        code = str(asked.get("code"))
        fresh = CostObject(kind=kind, code=code, description=code, active=True, modified=now())
        known = self._books.cost_objects.get(f"{kind}|{code}") or fresh
        changed = replace(known, **{"modified": now(), **_values(known, asked)})
        self._books.put_cost_object(changed)
        return changed.code

    def _order(self, asked: Mapping[str, Any]) -> str:
        known = self._books.orders.get(str(asked.get("number"))) or self._seeder.invent_order()
        changed = replace(known, **{"modified": now(), **_values(known, asked)})
        self._books.orders.put(changed.number, changed)
        return changed.number

    def _invoice(self, asked: Mapping[str, Any]) -> str:
        known = self._books.invoices.get(str(asked.get("invoice_id"))) or self._seeder.invent_invoice(STATES["matched"])
        changed = replace(known, **{"modified": now(), **_values(known, asked)})
        self._books.receive(changed)
        self._books.put_invoice(changed)
        return changed.invoice_id


def _values(known: object, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Turn JSON values into what the fields of ``known`` hold."""
    kinds = {one.name: str(one.type) for one in fields(known)}  # type: ignore[arg-type]  # always one of our dataclasses
    if unknown := sorted(set(asked) - set(kinds)):
        raise SandboxMistakeError(f"There is no field {unknown[0]!r}; there are {', '.join(kinds)}.")
    return {name: _value(name, kinds[name], value, getattr(known, name)) for name, value in asked.items()}


def _value(name: str, kind: str, value: object, before: object) -> object:  # noqa: PLR0911  one line per kind
    if kind == "Decimal":
        return _decimal(name, value)
    if kind in {"date", "datetime"}:
        return _when(name, kind, value)
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int" and isinstance(value, int):
        return value
    if kind in {"str", "Matching"} and isinstance(value, str):
        return value
    if name == "remit" and (value is None or isinstance(value, Mapping)):
        blank = dict.fromkeys((one.name for one in fields(Remit)), "")
        return Remit(**{**blank, **value}) if value else None
    if name == "lines" and isinstance(value, list) and isinstance(before, tuple):
        return _lines(value, before)
    raise SandboxMistakeError(f"The field {name} takes a {kind}, not {value!r}.")


def _lines(asked: list[Any], before: tuple[Any, ...]) -> tuple[Any, ...]:
    """Line n takes over what line n had; lines beyond those there were start from the last."""
    known = [before[min(place, len(before) - 1)] for place in range(len(asked))]
    return tuple(replace(line, **_values(line, given)) for line, given in zip(known, asked, strict=True))


def _decimal(name: str, value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise SandboxMistakeError(f"The field {name} takes an amount, not {value!r}.") from None


def _when(name: str, kind: str, value: object) -> date:
    try:
        if kind == "date":
            return date.fromisoformat(str(value))
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise SandboxMistakeError(f"The field {name} takes an ISO {kind}, not {value!r}.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise SandboxMistakeError(f"{name} takes a list.")
    return value
