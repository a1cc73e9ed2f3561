"""Query QDocs a customer made: ``dsQuery`` in, ``result`` and a dataset out. That this is the norm was seen in code.

These reach Financials as well, because they are programs of the customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.qad_ee.complaints import Complaint, RefusedError
from sandbox.qad_ee.names import BY_API
from sandbox.qad_ee.reading.asked import CODES, Asked
from sandbox.qad_ee.reading.documents import dataset
from sandbox.qad_ee.wire import SERVICES, child, text
from sandbox.qad_ee.writing.posting import Posted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from sandbox.qad_ee.envelope import Message
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.reading.documents import Documents
    from sandbox.qad_ee.spelling import Spelling
    from sandbox.qad_ee.writing.posting import How


@dataclass(frozen=True, kw_only=True)
class QueryQdocs:
    """All of them."""

    documents: Mapping[str, Documents]
    options: Options
    spelling: Spelling

    def __call__(self, message: Message, workspace: str, how: How) -> Posted:  # noqa: ARG002  it posts nothing
        """Answer what is asked for, at most as many documents as the option lets through."""
        readable, table = BY_API[message.api], self.spelling.there("ttQuery")
        query = child(child(message.body, SERVICES, self.spelling.there("dsQuery")), SERVICES, table)
        if query is None or self._asked(query, "tt_domain") != workspace.partition("_")[0]:
            raise _refused("tt_domain is mandatory, and the domain of the session.", "tt_domain")
        if readable.entity in self.options.not_permitted:
            raise _refused("The user has no rights to this program.", "")
        names = CODES.get(readable.entity, {})
        try:
            asked = Asked(
                since=self._asked(query, "tt_since"),
                after=self._asked(query, "tt_after"),
                exactly=self._asked(query, "tt_key"),
                rows=int(self._asked(query, "tt_rows") or 0),
                codes={name: self._asked(query, f"tt_{name}") for name in names},
            )
            found = asked.of(readable, self.documents[workspace])
        except ValueError:
            raise _refused("A date or a number cannot be read.", "ttQuery") from None
        found = found[: self.options.cut_reads or None]
        return Posted(data=dataset(readable, found, self.spelling))

    def _asked(self, query: etree._Element, name: str) -> str:
        return text(child(query, SERVICES, self.spelling.there(name)))


def _refused(desc: str, field: str) -> RefusedError:
    return RefusedError(Complaint(desc=f"ERROR: {desc}", field=field))
