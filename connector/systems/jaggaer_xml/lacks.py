"""What this interface cannot carry, said before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from connector.systems.jaggaer_xml.config import JaggaerXmlConfig

#: entities for which JAGGAER Indirect has no message that anybody knows, and what to do instead
NOT_OFFERED: Final = {
    "account_values": "JAGGAER Indirect has no message known for values of accounting fields, so nothing is sent: "
    "enter the GL accounts in JAGGAER, and switch the option accounts_required of qad_invoices_to_jaggaer off.",
    "payment_status": "JAGGAER Indirect has no message known for the status of payments, so nothing is sent: leave "
    "this flow off, or ask JAGGAER for its REST interface (J1P).",
}
_PERSON: Final = "Nothing can be asked back over this interface"


def lacks(entity: str, config: JaggaerXmlConfig) -> tuple[str, ...]:
    """Return what a flow that sends this entity has to do without, a sentence for each."""
    match entity:
        case "companies":
            return (
                "Payment terms and phone numbers of suppliers are not sent; the option send_payment_terms can be off.",
            )
        case "orders":
            return (*_orders(config),)
        case "invoices":
            return (*_invoices(config),)
        case _:
            return (NOT_OFFERED[entity],) if entity in NOT_OFFERED else ()


def _orders(config: JaggaerXmlConfig) -> list[str]:
    found = ["Payment terms, accounting, and that an order or a line of it is closed, are not sent."]
    if not config.addresses:
        found.append("Where to deliver and where to bill is not sent: QAD says only codes, and addresses is empty.")
    if not config.order_numbers_unique:
        found.append(
            f"{_PERSON}, and whether an order sent twice is two orders is not known (order_numbers_unique): an answer "
            "that is lost goes to a person."
        )
    return found


def _invoices(config: JaggaerXmlConfig) -> list[str]:
    found = [
        f"{_PERSON}: an invoice whose answer is lost goes to a person, and one that was entered by hand is sent again.",
        "GL accounts are not sent over this interface; switch the option accounts_required off once JAGGAER has them.",
        "Payment terms and the accounting date are not sent.",
    ]
    if not config.invoice_path:
        found.insert(0, "invoice_path is not set, so nothing is sent.")
    return found
