"""What an amount may be posted to: GL accounts, cost centres and projects, read through one browse (assumed)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from connector.domain.code_list import CodeList
from connector.domain.summary import Summary
from connector.reading import fields
from connector.reading.field_types import Code, Key, Prose
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import Flag, SetFlag


class CostObjectKind(StrEnum):
    """Which of them it is; companies, QAD's entities, are only what others stand below."""

    ACCOUNT = "account"
    COST_CENTRE = "cost_centre"
    PROJECT = "project"
    COMPANY = "company"


class CostObject(Document):
    """One of them. ``cost_object`` is its key: ``account|4000``, because codes repeat between the kinds."""

    TITLE = "cost object"
    KEY = "cost_object"

    cost_object: Key
    kind: Annotated[CostObjectKind, BeforeValidator(fields.one_of(CostObjectKind))]
    code: Key
    description: Prose = ""
    #: what it stands below, where the instance says so: a cost centre below a company, a project below both
    company: Code = ""
    cost_centre: Code = ""
    active: Flag
    deleted: SetFlag = False

    def summarised(self) -> Summary:
        """What people call it."""
        kind = "GL account" if self.kind is CostObjectKind.ACCOUNT else self.kind.value.replace("_", " ")
        return Summary(kind=kind, number=self.code)


def codes(kind: CostObjectKind, *, others: bool = False) -> CodeList:
    """Where the codes of one kind stand."""
    return CodeList(
        entity="cost_objects", field="code", label="description", kind_field="kind", kind=kind.value, others=others
    )


#: where those of entities stand
ENTITIES = codes(CostObjectKind.COMPANY)


def key(kind: CostObjectKind, code: str) -> str:
    """The source key of a cost object."""
    return f"{kind.value}|{code}"
