"""What ``connection ping`` says of lists: all that the company has, with their ids, and if those set are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.exchange import EntityCheck, Verdict
from connector.reading import values
from connector.systems.concur.entities.lists.collection import LISTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from connector.systems.concur.client import ConcurClient
    from connector.systems.concur.names import Names

    Checked = Callable[[str, str, Callable[[], str]], EntityCheck]
    Lists = Mapping[str, Mapping[str, object]]

ENTITY = "list_items"
#: a company with more lists than these many pages have is shown no more of them
_MOST_PAGES = 20


class ListsProbe:
    """Looks at the company's lists; ``checked`` turns a question into a line of the report."""

    def __init__(self, *, client: ConcurClient, names: Names, checked: Checked) -> None:
        self._client, self._names, self._checked = client, names, checked

    def report(self) -> list[EntityCheck]:
        """The lists that are set, then all others; each with its id, so that nobody has to look for it."""
        lists: dict[str, Mapping[str, object]] = {}
        known = self._names.lists()

        def ask() -> str:
            lists.update((values.text(row.get("id")), row) for row in self._listed())
            if known:
                return f"The company has {len(lists)} lists."
            return (
                f"The company has {len(lists)} lists, and none is set; write the ids of those that cost objects are "
                "sent to into entities.list_items.lists."
            )

        found = self._checked(ENTITY, self._names("list_items", "lists_path"), ask)
        used = [self._used(kind, list_id, lists) for kind, list_id in known.items()]
        others = (row for list_id, row in lists.items() if list_id not in known.values())
        return [found, *used, *(self._shown(row) for row in others)]

    def _listed(self) -> Iterator[Mapping[str, object]]:
        path = self._names("list_items", "lists_path")
        for page in range(1, _MOST_PAGES + 1):
            reply = self._client.get(path, {"page": str(page)})
            rows = reply.rows(LISTED)
            yield from (row for row in rows if not values.flag(row.get("isDeleted")))
            if not rows or page >= (values.whole(values.at(reply.body, "page.totalPages")) or 1):
                return

    def _used(self, kind: str, list_id: str, lists: Lists) -> EntityCheck:
        path, row = self._names("list_items", "children", list=list_id), lists.get(list_id)
        said = f"Set for {kind}: {_said(row)}." if row else f"Set for {kind}."

        def ask() -> str:
            self._client.get(path, {"page": "1"}).rows(LISTED)
            return said

        check = self._checked(ENTITY, path, ask)
        if check.verdict is not Verdict.FOUND or not row or not values.flag(row.get("isReadOnly")):
            return check
        said = f"{said} It is read only in Concur: have its administrator open it, or set another one."
        return EntityCheck(entity=ENTITY, path=path, verdict=Verdict.NOT_PERMITTED, detail=said)

    def _shown(self, row: Mapping[str, object]) -> EntityCheck:
        path = f"{self._names('list_items', 'lists_path')}/{values.text(row.get('id'))}"
        return EntityCheck(entity=ENTITY, path=path, verdict=Verdict.FOUND, detail=f"Not set: {_said(row)}.")


def _said(row: Mapping[str, object]) -> str:
    levels = values.whole(row.get("levelCount")) or 1
    return f"{values.text(row.get('id'))} is {values.line(row.get('value'))} ({levels} level{'s' * (levels != 1)})"
