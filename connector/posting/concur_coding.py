"""What the three flows from Concur to QAD share: how a code of Concur becomes one of QAD, and common options.

``accounts``, ``cost_centres``, ``projects``, ``suppliers`` and ``employees`` pass unchanged where the crosswalk has no
row. ``ledgers`` (Concur ledger -> QAD entity), ``payees`` and ``tax_accounts`` (tax code -> GL account) must have one.
A row of ``payees`` says where what is owed to EMPL, IBCP, CBCP, COPD or a card programme stands: a GL account, or
``supplier:<code>``, or for employees who are suppliers themselves just ``supplier``. Whatever comes out must have been
read from QAD before anything is posted; what was not parks the document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from connector.domain import option
from connector.domain.flow import Option
from connector.domain.gate import CodeNeed, LinkNeed, LinkState, Needs
from connector.domain.outcome import Bury, Reject, Skip, Wait
from connector.domain.period import Closed, posting_day
from connector.domain.sentence import capital
from connector.domain.translation import Check, unknown
from connector.posting.codes_without_case import need as qad_need
from connector.posting.cost_objects import CostObjects, Finder
from connector.posting.expense_rules import EMPLOYEE
from connector.posting.open_periods import FIRST_OPEN_DAY
from connector.systems.qad.documents import cost_objects, suppliers
from connector.systems.qad.documents.cost_objects import CostObjectKind
from connector.systems.qad.documents.postings import Party

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from connector.domain.code_list import CodeList
    from connector.domain.gate import Known
    from connector.domain.outcome import Park
    from connector.systems.concur.documents.document import FinancialDocument

SUPPLIERS = "qad_suppliers_to_concur"
COST_OBJECTS = "qad_cost_objects_to_concur"
#: documents of companies with a single ledger may not name it
ONLY_LEDGER = "DEFAULT"
_SUPPLIER = "supplier"
_TABLES = {
    CostObjectKind.ACCOUNT: "accounts",
    CostObjectKind.COST_CENTRE: "cost_centres",
    CostObjectKind.PROJECT: "projects",
}

#: in the order in which docs/flows.md explains them
CROSSWALKS: Final = ("ledgers", "payees", "tax_accounts", *_TABLES.values(), "suppliers", "employees")

#: where QAD's codes stand that they lead to
CODE_LISTS: Mapping[str, CodeList] = {
    "ledgers": cost_objects.ENTITIES,
    "payees": cost_objects.codes(CostObjectKind.ACCOUNT, others=True),
    "tax_accounts": cost_objects.codes(CostObjectKind.ACCOUNT),
    **{table: cost_objects.codes(kind) for kind, table in _TABLES.items()},
    "suppliers": suppliers.CODES,
}

OPTIONS: Mapping[str, Option] = {
    "allow_test_documents": Option(
        default=False,
        help="Whether documents marked as tests in Concur are posted; never switch it on in production.",
    ),
    "cost_centre_field": Option(
        default=[],
        help="Concur's fields that hold the cost centre, such as allocationCustom4Code; the most detailed level wins.",
    ),
    "project_field": Option(
        default=[],
        help="Concur's fields that hold the project, such as allocationCustom5Code; the most detailed level wins.",
    ),
    "first_open_day": FIRST_OPEN_DAY,
    "closed_period": Option(
        default=Closed.NEXT_OPEN.value,
        help="What becomes of a document dated before first_open_day: next_open posts it on that day, wait waits "
        "until the day is open, refuse sends it back to Concur.",
        choices=tuple(Closed),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Where in QAD it stands what is owed to somebody."""

    #: empty for a supplier: QAD knows its account
    account: str
    party_type: Party
    party: str


@dataclass(frozen=True, kw_only=True)
class Coding:
    """All codes of one document, as Concur has them."""

    ledger: str
    accounts: Iterable[str] = ()
    objects: Iterable[CostObjects] = ()
    taxes: Iterable[str] = ()
    payees: Iterable[str] = ()
    suppliers: Iterable[str] = ()
    employee: str = ""

    def needs(self) -> Needs:
        """The rows of the crosswalk to ask for."""
        employees = (CodeNeed(table="employees", code=self.employee),) if self.employee else ()
        return Needs(codes=tuple(dict.fromkeys((*self._codes(), *employees))))

    def second_needs(self, known: Known) -> Needs:
        """What QAD must have, now that the rows are known."""
        return Needs(links=tuple(dict.fromkeys(check.link for check in self._checks(known) if check.link)))

    def missing(self, known: Known) -> Park | None:
        """Park for every code that stands for nothing QAD has."""
        return unknown(self._checks(known), known)

    def entity(self, known: Known) -> str:
        """QAD's entity; empty when the crosswalk has none."""
        return known.code("ledgers", self.ledger or ONLY_LEDGER) or ""

    def owed(self, payee: str, known: Known) -> Owed:
        """Where in QAD it stands what is owed to this payee; blank when the crosswalk has no row."""
        row = known.code("payees", payee) or ""
        employee = coded("employees", self.employee, known)
        kind, _, named = (part.strip() for part in row.partition(":"))
        if kind.lower() == _SUPPLIER:
            who = named or (employee if payee == EMPLOYEE else payee)
            return Owed(account="", party_type=Party.SUPPLIER, party=who)
        if payee == EMPLOYEE:
            return Owed(account=row, party_type=Party.EMPLOYEE, party=employee)
        return Owed(account=row, party_type=Party.CARD, party=payee)

    def _codes(self) -> Iterator[CodeNeed]:
        yield CodeNeed(table="ledgers", code=self.ledger or ONLY_LEDGER)
        yield from (CodeNeed(table="suppliers", code=code) for code in self.suppliers)
        yield from (CodeNeed(table=_TABLES[kind], code=code) for kind, code in self._coded())
        yield from (CodeNeed(table="tax_accounts", code=code) for code in self.taxes)
        yield from (CodeNeed(table="payees", code=code) for code in self.payees)

    def _coded(self) -> Iterator[tuple[CostObjectKind, str]]:
        yield from ((CostObjectKind.ACCOUNT, code) for code in self.accounts)
        for objects in self.objects:
            yield from ((CostObjectKind.COST_CENTRE, objects.cost_centre),) if objects.cost_centre else ()
            yield from ((CostObjectKind.PROJECT, objects.project),) if objects.project else ()

    def _checks(self, known: Known) -> Iterator[Check]:
        for need in self._codes():
            target = known.code(need.table, need.code)
            match need.table:
                case "ledgers":
                    if not target:
                        yield Check(need=need, link=None)
                case "payees":
                    yield self._payee(need, known)
                case "suppliers":
                    yield Check(need=need, link=qad_need(SUPPLIERS, target or need.code))
                case "tax_accounts":
                    yield Check(need=need, link=_cost_object(CostObjectKind.ACCOUNT, target) if target else None)
                case table:
                    kind = next(kind for kind, name in _TABLES.items() if name == table)
                    yield Check(need=need, link=_cost_object(kind, target or need.code))

    def _payee(self, need: CodeNeed, known: Known) -> Check:
        if not known.code(need.table, need.code):
            return Check(need=need, link=None)
        owed = self.owed(need.code, known)
        if owed.party_type is not Party.SUPPLIER:
            return Check(need=need, link=_cost_object(CostObjectKind.ACCOUNT, owed.account))
        of_employee = need.code == EMPLOYEE and owed.party == coded("employees", self.employee, known)
        wrong = CodeNeed(table="employees", code=self.employee) if of_employee else need
        return Check(need=wrong, link=qad_need(SUPPLIERS, owed.party))


def coded(table: str, code: str, known: Known) -> str:
    """QAD's code for one of Concur's: what the crosswalk says, or the same."""
    return known.code(table, code) or code


def account(code: str, known: Known) -> str:
    """QAD's GL account for an account code of Concur."""
    return coded("accounts", code, known)


def objects_in_qad(objects: CostObjects | None, known: Known) -> CostObjects:
    """The same cost objects in QAD's codes; none where there are none."""
    return CostObjects(
        cost_centre=coded("cost_centres", objects.cost_centre, known) if objects else "",
        project=coded("projects", objects.project, known) if objects else "",
    )


def finder(options: Mapping[str, Any], offered: Mapping[str, Option]) -> Finder:
    """Where this customer keeps its cost objects; raises ConfigurationError."""
    return Finder(
        cost_centre=option.names("cost_centre_field", options, offered),
        project=option.names("project_field", options, offered),
    )


def unwanted(*, is_test: bool, label: str, options: Mapping[str, Any], offered: Mapping[str, Option]) -> Skip | None:
    """Keep test documents out of the books."""
    if not is_test or option.switch("allow_test_documents", options, offered):
        return None
    return Skip(reason=f"{capital(label)} is a test document; it is not posted (option allow_test_documents).")


def day_to_post(
    wanted: dt.date | None, *, label: str, options: Mapping[str, Any], offered: Mapping[str, Option]
) -> dt.date | Wait | Reject | Bury:
    """The posting day by the customer's rule for closed periods."""
    if wanted is None:
        return Bury(
            code="date_missing",
            reason=f"{capital(label)} has no date that it could be posted on.",
            suggestion="Have it recalled and corrected in Concur; its next revision comes by itself.",
        )
    return posting_day(
        wanted,
        first_open=option.day("first_open_day", options, offered),
        rule=option.choice("closed_period", options, offered, Closed),
        of=capital(label),
        target="QAD",
    )


def posted_before(flow: str, known: Known, document: FinancialDocument, *, label: str) -> Bury | Wait | None:
    """Keep what Concur has handed over before out of the books: a later revision, and a second document about it.

    Whether it is the very document that is in them, Concur's id tells; then it is only told again.
    """
    link = known.link(flow, document.source_key)
    posted = link.facts.get("doc_id", "")
    if document.filed_as and link.state is LinkState.UNDER_WAY:
        return Wait(
            gate=f"the end of {document.source_key}, another document about the same",
            why=f"{capital(label)} waits: Concur has handed over another document about it, which is not posted yet.",
            needs=(LinkNeed(flow=flow, key=document.source_key),),
        )
    if link.state is not LinkState.LINKED or posted == document.doc_id:
        return None
    if posted and document.filed_as:
        what, this = f"Concur's document {posted} about the same", "this one"
    elif document.revision.isdecimal() and int(document.revision) > 1:
        what, this = "an earlier revision", "this revision"
    else:
        return None
    return Bury(
        code="posted_before",
        reason=f"{capital(label)} came although {what} is in QAD's books as {link.target_id}.",
        suggestion=f"Reverse {link.target_id} in QAD and post {this} by hand, or have it recalled in Concur.",
    )


def _cost_object(kind: CostObjectKind, code: str) -> LinkNeed:
    return qad_need(COST_OBJECTS, cost_objects.key(kind, code))
