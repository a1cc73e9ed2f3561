"""What QAD checks before anything gets into its books. The wording is ours; that these are refused is documented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.qad.components import envelope
from sandbox.qad.components.envelope import Problem, Record
from sandbox.qad.money import decimals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.qad.tenant import Tenant


@dataclass(frozen=True, kw_only=True)
class Checks:
    """Checks of one record in one entity; each answers what is wrong."""

    tenant: Tenant
    #: the entity of the workspace the record came in
    entity: str

    def head(self, record: Record) -> list[Problem]:
        """The entity exists and is the workspace's, its period is open, its daybook exists."""
        problems = []
        company = record.get("companyCode")
        if company not in {self.entity, "", None}:
            problems.append(Problem(message="The entity does not exist.", fieldName="companyCode"))
        posted_on = envelope.day(record, "postingDate")
        if posted_on and f"{posted_on:%Y/%m}" in self.tenant.options.closed_periods:
            message = f"Period {posted_on:%Y/%m} is closed for posting."
            problems.append(Problem(message=message, fieldName="postingDate", code="PERIOD"))
        daybook = record.get("daybookCode")
        if daybook and daybook not in self.tenant.options.daybooks:
            message = f"Daybook {daybook} is not active or does not exist"
            problems.append(Problem(message=message, fieldName="daybookCode", fieldValue=str(daybook)))
        return problems

    def supplier(self, code: str) -> list[Problem]:
        """A supplier is there and active."""
        found = self.tenant.books.suppliers.get(code)
        if not code or (found is not None and found.active):
            return []
        message = f"Supplier {code} is not active or does not exist"
        return [Problem(message=message, fieldName="supplierCode", fieldValue=code)]

    def coding(self, line: Record) -> list[Problem]:
        """Account, cost centre and project are there and active, and the account gets what it requires."""
        code = str(line.get("glCode") or "")
        account = self.tenant.books.accounts.get(code)
        if account is None or not account.active:
            message = f"GL account {code} is not active or does not exist"
            return [Problem(message=message, fieldName="glCode", fieldValue=code)]
        required = (
            ("cost_centre", "costCentreCode", "cost centre", account.cost_centre),
            ("project", "projectCode", "project", account.project),
        )
        problems = []
        for kind, field, name, needed in required:
            given = str(line.get(field) or "")
            known = self.tenant.books.cost_objects.get(f"{kind}|{given}")
            if given and (known is None or not known.active):
                message = f"{name.capitalize()} {given} is not active or does not exist"
                problems.append(Problem(message=message, fieldName=field, fieldValue=given))
            elif needed and not given:
                message = f"GL account {code} requires a {name}."
                problems.append(Problem(message=message, fieldName=field, code="MANDATORY"))
        return problems

    def tax(self, code: str) -> list[Problem]:
        """A tax code is there."""
        if code in {"", *self.tenant.options.tax_codes}:
            return []
        message = f"Tax code {code} does not exist"
        return [Problem(message=message, fieldName="taxCode", fieldValue=code)]

    @staticmethod
    def fine(record: Record, fields: Iterable[str], currency: str) -> list[Problem]:
        """No amount is finer than its currency."""
        problems = []
        for field in fields:
            amount = envelope.amount(record, field)
            if amount != round(amount, decimals(currency)):
                message = f"{amount} has more decimals than {currency} allows."
                problems.append(Problem(message=message, fieldName=field, fieldValue=str(amount)))
        return problems


def children_of(record: Record, collection: str) -> list[Record]:
    """The records of a child collection; what is none is left out."""
    return [line for line in record.get(collection) or [] if isinstance(line, dict)]
