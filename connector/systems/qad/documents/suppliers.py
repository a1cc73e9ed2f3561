"""Suppliers: whom QAD knows, and where they want their money sent."""

from __future__ import annotations

from connector.domain import summary
from connector.domain.code_list import CodeList
from connector.domain.summary import Summary
from connector.reading.field_types import Code, Key, Private, Prose
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import Flag

#: where the codes of suppliers stand
CODES = CodeList(entity="suppliers", field="supplier_code", label="name")


class RemitTo(Document):
    """Where the supplier wants its money sent; personal data for sole traders."""

    name: Prose = ""
    street1: Prose = ""
    city: Prose = ""
    state: Code = ""
    postal_code: Private = ""
    country: Code = ""


class Supplier(Document):
    """Table Creditor with its business relation and head office address."""

    TITLE = "supplier"
    KEY = "supplier_code"

    supplier_code: Key
    name: Prose = ""
    search_name: Prose = ""
    active: Flag
    currency: Code = ""
    credit_terms: Code = ""
    supplier_type: Code = ""
    street1: Prose = ""
    street2: Prose = ""
    street3: Prose = ""
    city: Prose = ""
    state: Code = ""
    postal_code: Private = ""
    country: Code = ""
    phone: Prose = ""
    email: Prose = ""
    tax_id: Private = ""
    remit_to: RemitTo | None = None

    def summarised(self) -> Summary:
        """What people call it."""
        code = self.supplier_code
        return Summary(kind=summary.SUPPLIER, number=code, party=code, party_name=self.name)
