"""The chart of accounts."""

from __future__ import annotations

from connector.domain.summary import Summary
from connector.reading.field_types import Code, Key, Prose
from connector.systems.qad.documents.document import Document
from connector.systems.qad.documents.fields import Flag, SetFlag


class GLAccount(Document):
    """Table GL: one account of the chart of accounts."""

    TITLE = "GL account"
    KEY = "account"

    account: Key
    description: Prose = ""
    account_type: Code = ""
    active: Flag
    cost_centre_required: SetFlag = False
    project_required: SetFlag = False

    def summarised(self) -> Summary:
        """What people call it."""
        return Summary(kind=self.TITLE, number=self.account)
