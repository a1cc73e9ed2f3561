"""QAD's REST interfaces: browses (tables), coded components (single documents) and business documents.

All three are seen in code, none is documented publicly; their paths come from ``entities.yaml``.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from connector.domain.errors import SourceLies, Unavailable
from connector.http.request import Request
from connector.systems.qad.adaptive import answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.http.request import Answer
    from connector.systems.qad.adaptive.answers import Submitted
    from connector.systems.qad.adaptive.names import Names

Raw = dict[str, Any]
#: enough for the fields of any browse; a longer list is read page by page
_LOOKUP_SIZE = 1000
_MOST_LOOKUP_PAGES = 20
#: what only QAD's own answer about one document has
_ENVELOPE = frozenset({"data", "submitResult", "supplementaryMessages"})


class Sender(Protocol):
    """Sends a request with the connection's credentials."""

    def send(self, request: Request) -> Answer:
        """Send it; raises the errors of ``connector.http``."""
        ...


class QadClient:
    """Speaks with one instance in one workspace."""

    def __init__(self, *, name: str, sender: Sender, names: Names, workspace: str) -> None:
        self._sender = sender
        self._names = names
        self._headers = {"Accept": "application/json", "x-qad-workspace-id": workspace}
        #: the beginning of every sentence
        self.where = f"QAD connection {name}"

    def browse(self, browse: str, *, page: int, size: int, only: tuple[str, str, str] | None = None) -> list[Raw]:
        """Read one page of a browse, 1-based. ``only`` is a column, an operator and a value.

        An unknown browse and an unknown filter column answer with no rows, not with an error (seen live).
        """
        params = {
            "browseId": browse,
            "page": str(page),
            "pageSize": str(size),
            "pageAction": "first" if page == 1 else "next",
        }
        if only is not None:
            params["filter"] = ",".join((*only, ""))
        return self._browsed(params, f"browse {browse}")

    def columns_of(self, browse: str) -> frozenset[str]:
        """The columns a browse has; empty when the instance knows no such browse."""
        lookup = self._names.lookup
        found: set[str] = set()
        params = {
            "browseId": lookup["browse"],
            "pageSize": str(_LOOKUP_SIZE),
            "filter": f"{lookup['filter']},eq,{browse},literal",
        }
        for page in range(1, _MOST_LOOKUP_PAGES + 1):
            asked = params | {"page": str(page), "pageAction": "first" if page == 1 else "next"}
            rows = self._browsed(asked, f"browse {lookup['browse']}")
            new = {column for row in rows for column in self._column(row)} - found
            found |= new
            if len(rows) < _LOOKUP_SIZE or not new:
                break
        return frozenset(found)

    def _column(self, row: Raw) -> Sequence[str]:
        """The column a lookup row names; without the field we know, any of its texts may be it."""
        name = row.get(self._names.lookup["field"])
        return [name] if isinstance(name, str) else [item for item in row.values() if isinstance(item, str)]

    def component(self, resource: str, *, view: str, keys: Mapping[str, str]) -> Raw:
        """Read one document of a coded component: the whole ``data`` object, empty when there is none.

        Raises SourceLies for what is not QAD's own envelope: it does not say that there is none.
        """
        path = f"{self._names.paths['coded']}/{resource}"
        body = self._get(path, {**keys, "viewUri": view}, shown=path)
        known = isinstance(body, dict) and not _ENVELOPE.isdisjoint(body)
        data, result = (body.get("data") or {}, body.get("submitResult") or {}) if known else (None, {})
        if not isinstance(data, dict) or not isinstance(result, dict) or result.get("success", True) is not True:
            raise SourceLies(
                f"{self.where} answered {path} without 'data', which tells nothing about the document; check base_url "
                "with its context root, and whether the instance is up.",
                asked=path,
            )
        return data

    def submit(
        self, resource: str, *, view: str, body: Mapping[str, Any], keys: Mapping[str, str] | None = None
    ) -> Submitted:
        """Create (no keys) or update a document of a coded component; raises Refused with QAD's own words.

        An update sends back the whole ``data`` object that ``component`` gave: it carries the concurrency hash.
        """
        path = f"{self._names.paths['coded']}/{resource}"
        params = {**(keys or {}), "viewUri": view}
        answer = self._send(
            Request(method="POST", url=path, params=params, headers=self._headers, json=body, writes=True)
        )
        return answers.submitted(answer, where=self.where, path=path, already_there=self._names.already_there)

    def bdoc(self, name: str) -> list[Raw]:
        """Read every document of a platform component, ``company/app/Entity``. It is assumed not to page."""
        path = f"{self._names.paths['bdoc']}/{name}"
        return self._rows(self._get(path, {}, shown=path), path)

    def paths_served(self) -> frozenset[str] | None:
        """The paths in the instance's own Swagger; None when it serves none where we look."""
        try:
            answer = self._send(Request(method="GET", url=self._names.paths["swagger"], headers=self._headers))
        except Unavailable:
            return None
        paths = answer.object().get("paths") if answer.ok else None
        return frozenset(str(served) for served in paths) if isinstance(paths, dict) else None

    def _send(self, request: Request) -> Answer:
        return self._sender.send(request)

    def _get(self, path: str, params: Mapping[str, str], *, shown: str) -> Any:  # noqa: ANN401 - JSON is anything
        answer = self._send(Request(method="GET", url=path, params=params, headers=self._headers))
        return answers.opened(answer, where=self.where, path=path if answer.status == HTTPStatus.NOT_FOUND else shown)

    def _browsed(self, params: Mapping[str, str], shown: str) -> list[Raw]:
        body = self._get(self._names.paths["browses"], params, shown=shown)
        return self._rows(body if isinstance(body, dict) else None, shown)

    def _rows(self, body: object, shown: str) -> list[Raw]:
        """The rows of an answer; a business document may come as a bare list."""
        rows = body.get("data") if isinstance(body, dict) else body
        if isinstance(body, dict) and "data" in body and rows is None:
            return []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceLies(
                f"{self.where} answered {shown} without a list of rows under 'data'; check base_url with its context "
                "root and the name in entities.",
                asked=shown,
            )
        return rows
