"""Payment confirmations: what QAD has paid on an expense report that this connector posted goes back to Concur.

The state is worked out anew from all payments QAD lists: CP when the whole is paid, PP for a part, RE when nothing of
what Concur was told is left. Paid and Paid Conditionally are money that left. Concur is told of each payment once; when
one that it was told of does not stand any more, all are reversed first (``posting/payments_told.py``). Concur takes
confirmations for expense reports only, so payments of cash advances are not sent.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from connector.domain.code_list import FewCodes
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, LinkNeed, LinkState, Needs
from connector.domain.money import Money
from connector.domain.outcome import Bury, Skip, Stands, Wait
from connector.posting import payments_told
from connector.systems.concur.documents import bodies
from connector.systems.qad import documents as qad
from connector.systems.qad.documents.expense_payments import ExpensePayments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known
    from connector.domain.outcome import Outcome

_NAME = "qad_payments_to_concur"
_EXPENSES = "concur_expenses_to_qad"
_ADVANCES = "concur_cash_advances_to_qad"
OPTIONS: Mapping[str, Option] = {}

_CHECKS = ("che", "chk", "ck")


def needs(paid: ExpensePayments, _options: Mapping[str, Any]) -> Needs:
    """The posting it pays, whether Concur was told of payments before, and how its instruments are called in Concur."""
    links = tuple(LinkNeed(flow=flow, key=paid.reference) for flow in (_EXPENSES, _ADVANCES, _NAME))
    codes = dict.fromkeys(payment.instrument for payment in paid.payments if payment.instrument)
    return Needs(links=links, codes=tuple(CodeNeed(table="payment_methods", code=code) for code in codes))


def map_payments(paid: ExpensePayments, known: Known, _options: Mapping[str, Any]) -> Mapped | Outcome:
    """Where the payment of one expense report stands."""
    posting = known.link(_EXPENSES, paid.reference)
    label = f"expense report {paid.reference}"
    if known.link(_ADVANCES, paid.reference).state is not LinkState.ABSENT:
        return Skip(reason=f"Concur takes no payment confirmation for cash advance {paid.reference}.")
    if posting.state is LinkState.ABSENT:
        return Skip(reason=f"This integration did not post {paid.reference}, so Concur is not told of its payment.")
    before = payments_told.told(known.link(_NAME, paid.reference), paid)
    now = payments_told.next_of(paid, before)
    if now is None:
        return _nothing_new(label, before)
    doc_id = posting.facts.get("doc_id", "")
    if posting.state is not LinkState.LINKED:
        return Wait(
            gate=f"{label} posted",
            why=f"The payment of {label} waits: the report is not posted yet.",
            needs=(LinkNeed(flow=_EXPENSES, key=paid.reference),),
        )
    if not doc_id:
        return Bury(
            code="document_unknown",
            reason=f"The ledger does not know Concur's document of {label}, so Concur cannot be told of its payment.",
            suggestion="Set the report to paid in Concur by hand, then discard this dead letter.",
        )
    company = posting.facts.get("company", "")
    back = [
        _clearing(paid, payment, bodies.Paid.REVERSED, now.back_round, company=company, known=known)
        for payment in now.back
    ]
    new = [_clearing(paid, payment, now.status, now.round, company=company, known=known) for payment in now.new]
    body = bodies.payment_confirmation(
        doc_id=doc_id,
        status=now.status,
        clearings=new or back,
        reversal=back if new else (),
        before=(before.status.value if before.status else "unknown") if before else "",
    )
    return Mapped(key=doc_id, body=body, facts=now.facts)


def _nothing_new(label: str, before: payments_told.Told | None) -> Skip | Stands:
    if before is None:
        return Skip(reason=f"Nothing was paid on {label} yet.")
    if before.status is bodies.Paid.REVERSED:
        return Stands(reason=f"Concur has been told that nothing of what was paid on {label} is left.")
    return Stands(reason=f"Concur has been told of all that was paid on {label}.")


def _clearing(
    paid: ExpensePayments, payment: qad.Payment, status: bodies.Paid, in_round: int, *, company: str, known: Known
) -> bodies.Body:
    money = Money(amount=payment.amount, currency=paid.currency)
    number = payments_told.number_of(payment)
    reversal = status.value if status is bodies.Paid.REVERSED else ""
    later = str(in_round) if in_round > 1 else ""
    return bodies.clearing(
        paid_on=payment.date,
        amount=money.amount,
        currency=money.currency,
        receiver=paid.employee_code,
        company=company,
        document=number,
        fiscal_year=payment.year,
        payment_reference="/".join(filter(None, (paid.reference, number, reversal, later))),
        method=_method(payment.instrument, known),
    )


def _method(instrument: str, known: Known) -> bodies.Method:
    """The crosswalk's word, else C for what is called a check, else E."""
    row = (known.code("payment_methods", instrument) or "").upper()
    if row in set(bodies.Method):
        return bodies.Method(row)
    return bodies.Method.CHECK if instrument.lower().startswith(_CHECKS) else bodies.Method.ELECTRONIC


FLOW: Flow[ExpensePayments] = Flow(
    name=_NAME,
    kind="qad-concur",
    title="Payment confirmations",
    source=Side(system="qad", entity="expense_payments"),
    target=Side(system="concur", entity="payment_confirmations"),
    schedule="every 15m",
    after=(_EXPENSES,),
    options=OPTIONS,
    parse=partial(qad.parse, ExpensePayments),
    summarise=ExpensePayments.summarised,
    key_field="reference",
    codes_in_any_case=True,
    crosswalks=("payment_methods",),
    code_lists={"payment_methods": FewCodes(codes=(("E", "electronic"), ("C", "check")))},
    needs=needs,
    map=map_payments,
    version=2,
)
