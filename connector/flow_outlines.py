"""What is asked of many flows at once: kind, version, what is before. Written by ``make reference``."""

from __future__ import annotations

OUTLINES: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "qad_cost_objects_to_concur": (
        "qad-concur",
        1,
        (),
    ),
    "qad_suppliers_to_concur": (
        "qad-concur",
        2,
        (),
    ),
    "concur_cash_advances_to_qad": (
        "qad-concur",
        2,
        (
            "qad_suppliers_to_concur",
            "qad_cost_objects_to_concur",
        ),
    ),
    "concur_expenses_to_qad": (
        "qad-concur",
        2,
        (
            "qad_suppliers_to_concur",
            "qad_cost_objects_to_concur",
        ),
    ),
    "qad_orders_to_concur": (
        "qad-concur",
        2,
        ("qad_suppliers_to_concur",),
    ),
    "qad_payments_to_concur": (
        "qad-concur",
        2,
        ("concur_expenses_to_qad",),
    ),
    "qad_receipts_to_concur": (
        "qad-concur",
        2,
        ("qad_orders_to_concur",),
    ),
    "concur_invoices_to_qad": (
        "qad-concur",
        1,
        (
            "qad_suppliers_to_concur",
            "qad_cost_objects_to_concur",
            "qad_receipts_to_concur",
        ),
    ),
    "cxml_confirmations_to_qad": (
        "qad-cxml",
        1,
        (),
    ),
    "qad_orders_to_cxml": (
        "qad-cxml",
        2,
        (),
    ),
    "qad_receipts_to_cxml": (
        "qad-cxml",
        1,
        (),
    ),
    "cxml_invoices_to_qad": (
        "qad-cxml",
        1,
        ("qad_receipts_to_cxml",),
    ),
    "qad_payments_to_cxml": (
        "qad-cxml",
        2,
        ("cxml_invoices_to_qad",),
    ),
    "qad_accounts_to_jaggaer": (
        "qad-jaggaer",
        1,
        (),
    ),
    "qad_suppliers_to_jaggaer": (
        "qad-jaggaer",
        2,
        (),
    ),
    "qad_orders_to_jaggaer": (
        "qad-jaggaer",
        1,
        ("qad_suppliers_to_jaggaer",),
    ),
    "qad_invoices_to_jaggaer": (
        "qad-jaggaer",
        1,
        (
            "qad_suppliers_to_jaggaer",
            "qad_accounts_to_jaggaer",
            "qad_orders_to_jaggaer",
        ),
    ),
    "qad_payments_to_jaggaer": (
        "qad-jaggaer",
        1,
        ("qad_invoices_to_jaggaer",),
    ),
}
