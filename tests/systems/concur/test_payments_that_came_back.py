"""What Concur shows of a report once payments that it was told of do not stand, however it takes references and
reversals: what QAD has paid, or a person is asked.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.errors import Refused
from connector.domain.exchange import Outgoing, Query, Result
from connector.domain.outcome import Skip, Stands
from tests.flows.qad_concur.ledger import ask
from tests.systems.concur.asked import words

if TYPE_CHECKING:
    from connector.domain.flow import Mapped
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.systems.concur.conftest import Connection

REPORT = "4F2A9C01D7E84B30A611"
NAME = "qad_payments_to_concur"
PAID, PARTLY, REVERSED = "PAYMENT_CONFIRMED_SUCCESS", "POSTING_CONFIRMED_SUCCESS", "PAYMENT_CONFIRMED_REVERSED"
WORLDS = [
    {"payment_known_by": known, "payment_reversal": of} for known in ("all", "any") for of in ("document", "payments")
]
IN_EACH_WORLD = pytest.mark.parametrize("world", WORLDS, ids=lambda world: "-".join(world.values()))

Payment = tuple[str, str, str]


class Office:
    """QAD's payments of one report, the ledger that keeps what Concur was told, and Concur."""

    def __init__(self, sandbox: SandboxServer, target: Target, doc_id: str) -> None:
        self.sandbox, self.target, self.doc_id = sandbox, target, doc_id
        self.told: dict[str, str] | None = None

    def mapped(self, *payments: Payment) -> Mapped | Skip | Stands:
        rows = [
            {
                "year": "2026",
                "instrument": "E",
                "number": number,
                "status": status,
                "date": "2026-11-18",
                "amount": amount,
            }
            for number, status, amount in payments
        ]
        links = {f"concur_cash_advances_to_qad:{REPORT}": "absent"}
        facts: dict[str, Any] = {f"concur_expenses_to_qad:{REPORT}": {"doc_id": self.doc_id, "company": "10USACO"}}
        if self.told is not None:
            links[f"{NAME}:{REPORT}"], facts[f"{NAME}:{REPORT}"] = "linked", self.told
        paid = {"reference": REPORT, "employee_code": "E1", "currency": "EUR", "total": "119.00", "payments": rows}
        said: Mapped | Skip | Stands = ask(registry.flow(NAME), paid, links=links, facts=facts)
        return said

    def tell(self, *payments: Payment, in_doubt: bool = False) -> str:
        """Map and send; the ledger keeps what was told once that was taken."""
        said = self.mapped(*payments)
        if isinstance(said, Skip | Stands):
            return said.reason
        body = canonical.loads(canonical.dumps(said.body))
        document = Outgoing(
            entity="payment_confirmations", key=said.key, body=body, correlation_id="mlc-1", in_doubt=in_doubt
        )
        answer = words(self.target.write(document).answer)
        self.told = dict(said.facts)
        return answer

    @property
    def status(self) -> str:
        return str(self.sandbox.state("holds")["holds"]["expenses"][self.doc_id]["status"])

    @property
    def stands(self) -> Decimal:
        """What Concur takes for paid, where it adds up what it was told."""
        taken = [
            one for one in self.sandbox.state("holds")["holds"]["expenses"][self.doc_id]["payments"] if not one["code"]
        ]
        signs = {"CP": 1, "PP": 1, "RE": -1}
        return sum(
            (signs[one["status"]] * Decimal(part["amount"]) for one in taken for part in one["amounts"]),
            start=Decimal(0),
        )

    def shows(self, status: str, amount: str) -> bool:
        return (self.status, self.stands) == (status, Decimal(amount))


@pytest.fixture
def office(sandbox: SandboxServer, target: Target, connection: Connection) -> Office:
    [doc_id] = sandbox.add_documents({"generate": {"expenses": 1}})["generate"]["expenses"]
    source: Any = connection.source()
    [page] = [page for page in source.pages(Query(entity="expenses")) if page.rows]
    source.acknowledge("expenses", [row.payload for row in page.rows])
    source.confirm("expenses", page.rows[0].payload, Result(target_id="7", facts={"company": "10USACO"}))
    return Office(sandbox, target, str(doc_id))


@IN_EACH_WORLD
def test_one_of_two_payments_bounces(office: Office, world: dict[str, str]) -> None:
    office.sandbox.set_options(**world)
    office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    assert office.shows(PAID, "119.00")
    office.tell(("501", "Bounced", "100.00"), ("502", "Paid", "19.00"))
    assert office.stands == Decimal("19.00")
    assert office.status in {PARTLY, REVERSED}
    assert office.sandbox.state("holds")["holds"]["expenses"][office.doc_id]["payments"][-1]["status"] == "PP"
    office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    assert office.shows(PAID, "119.00")


@IN_EACH_WORLD
@pytest.mark.parametrize("back", ["Bounced", "Void", "For Collection", "Allocated", "Initial"])
def test_a_payment_comes_back_is_paid_again_and_comes_back(office: Office, world: dict[str, str], back: str) -> None:
    office.sandbox.set_options(**world)
    for _ in range(2):
        assert office.tell(("501", "Paid", "119.00")) == "Concur has been told"
        assert office.shows(PAID, "119.00")
        assert office.tell(("501", back, "119.00")) == "Concur has been told"
        assert office.shows(REVERSED, "0")
        assert "nothing of what was paid" in office.tell(("501", back, "119.00"))


@IN_EACH_WORLD
def test_parts_are_told_once_each(office: Office, world: dict[str, str]) -> None:
    office.sandbox.set_options(**world)
    office.tell(("501", "Paid", "100.00"))
    assert "all that was paid" in office.tell(("501", "Paid", "100.00"), ("502", "Initial", "19.00"))
    assert office.shows(PARTLY, "100.00")
    assert office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00")) == "Concur has been told"
    assert office.shows(PAID, "119.00")


@IN_EACH_WORLD
@pytest.mark.parametrize("second", [("501", "Paid", "19.00"), ("502", "Paid", "19.00")])
def test_a_payment_that_stands_with_another_amount_is_told_anew(
    office: Office, world: dict[str, str], second: Payment
) -> None:
    office.sandbox.set_options(**world)
    office.tell(("501", "Paid", "100.00"))
    office.tell(("501", "Paid", "90.00"), second)
    assert office.stands == Decimal("109.00")


def test_a_payment_that_qad_lists_no_more_came_back(office: Office) -> None:
    office.tell(("501", "Paid", "119.00"))
    office.tell()
    assert office.shows(REVERSED, "0")


def test_what_the_ledger_does_not_know_of_is_told_anew_or_for_a_person(office: Office) -> None:
    office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    office.told = {}
    with pytest.raises(Refused, match=r"was to become paid completely \(CP\).*Set it so in Concur by hand"):
        office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    office.tell(("501", "Bounced", "100.00"), ("502", "Paid", "19.00"))
    assert office.stands == Decimal("19.00")


def test_a_restored_ledger_finds_what_was_told_first_and_asks_a_person_of_the_rest(office: Office) -> None:
    office.tell(("501", "Paid", "100.00"))
    before = office.told
    office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    office.told = before
    with pytest.raises(Refused, match="told before"):
        office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    office.told = None
    assert office.tell(("501", "Paid", "100.00")) == "Concur had been told before"


def test_a_lost_answer_is_ended_by_the_same_again(office: Office) -> None:
    office.tell(("501", "Paid", "100.00"), ("502", "Paid", "19.00"))
    before, bounced = office.told, (("501", "Bounced", "100.00"), ("502", "Paid", "19.00"))
    office.tell(*bounced)
    office.told = before
    assert office.tell(*bounced, in_doubt=True) == "Concur had been told before"
    assert office.stands == Decimal("19.00")
