"""The codes of dead letters: stable, so that people and programs can choose by them.

What each means, and what to do about it, is said in docs/flows.md. A flow from outside may have codes of its own.
"""

from __future__ import annotations

from typing import Final

REASONS: Final = frozenset(
    {
        "account_missing",
        "address_missing",
        "address_unreadable",
        "amount_too_fine",
        "amounts_do_not_add_up",
        "charge_unknown",
        "confirmation_refused",
        "correction_not_carried",
        "country_missing",
        "country_not_iso",
        "currency_missing",
        "currency_unclear",
        "date_missing",
        "deleted_after_posting",
        "deleted_unknown",
        "dependency_skipped",
        "differs_in_target",
        "document_removed",
        "document_unknown",
        "duplicate_key",
        "employee_missing",
        "enter_by_hand",
        "in_doubt",
        "invoice_number_missing",
        "invoice_number_too_long",
        "journal_does_not_balance",
        "journal_row_unclear",
        "key_changed",
        "lines_missing",
        "listed_after_discard",
        "malformed",
        "name_missing",
        "order_not_delivered",
        "place_unreadable",
        "posted_before",
        "posted_by_another",
        "posted_for_another",
        "recalled_after_posting",
        "refused",
        "retries_exhausted",
        "sign_contradicts_type",
        "signs_contradict",
        "supplier_asks",
        "supplier_changed",
        "supplier_missing",
        "tax_code_missing",
        "unexpected",
        "unmapped_code",
        "waited_too_long",
        "worker_crashed",
    }
)
