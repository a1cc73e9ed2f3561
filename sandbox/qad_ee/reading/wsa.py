"""``POST /wsa/wsa1``: operations of the OpenEdge Web Services Adapter. Only SDI_getActivePO2 was seen, with its rows.

What it leaves out is no less true for that: an order line that is received in full is not among the active ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.qad.reading.columns import SHAPES
from sandbox.qad_ee.complaints import FaultError
from sandbox.qad_ee.envelope import body_of, fault
from sandbox.qad_ee.names import BY_OPERATION, WSA_NAMESPACE
from sandbox.qad_ee.reading.asked import CODES, Asked
from sandbox.qad_ee.sessions import workspace_of
from sandbox.qad_ee.wire import SOAP, add, child, declaring, element, local, serialized, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml import etree
    from starlette.requests import Request

    from sandbox.qad.documents import Order
    from sandbox.qad.reading.shape import Cell
    from sandbox.qad_ee.names import Readable
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.reading.documents import Documents

PATH: Final = "/wsa/wsa1"
#: what SDI_getActivePO2 calls a column that stands elsewhere here
_SEEN: Final = {"pod_site": "t_pt_site"}


@dataclass(frozen=True, kw_only=True)
class WebServicesAdapter:
    """The operations, each of which answers flat rows."""

    documents: Mapping[str, Documents]
    options: Options

    def route(self) -> Route:
        """Serve them."""
        return Route(PATH, self._serve, methods=["POST"])

    async def _serve(self, request: Request) -> Response:
        try:
            _, body = body_of(await request.body())
            readable = _operation(body)
            envelope = _answer(readable, self._rows(body, readable))
        except FaultError as error:
            return _xml(fault(error, "split"), self.options.fault_status)
        return _xml(envelope)

    def _rows(self, body: etree._Element, readable: Readable) -> list[dict[str, Cell]]:
        def asked(name: str) -> str:
            return text(child(body, WSA_NAMESPACE, f"par{name}"))

        workspace = workspace_of(asked("Domain"), asked("Entity"))
        if workspace not in self.documents or not asked("Domain"):
            raise FaultError("Server", "parDomain is mandatory, and names a domain that there is.")
        names = CODES.get(readable.entity, {})
        codes = {name: asked(name.capitalize()) for name in names}
        try:
            wanted = Asked(since=asked("Since"), exactly=asked("Key"), codes=codes)
            documents = wanted.of(readable, self.documents[workspace])
            active = _active(asked("Month"), asked("Year")) if readable.entity == "orders" else _everything
        except ValueError:
            raise FaultError("Server", "A date or a number cannot be read.") from None
        rows = [row for one in documents for row in _flat(readable, one, active)]
        return rows[: self.options.wsa_rows or None]


def _operation(body: etree._Element) -> Readable:
    readable = BY_OPERATION.get(local(body))
    if readable is None or body.tag != f"{{{WSA_NAMESPACE}}}{readable.operation}":
        raise FaultError("Client", f"There is no operation {local(body)}.")
    return readable


def _everything(_: Any, __: Any) -> bool:  # noqa: ANN401  any document and line
    return True


def _active(month: str, year: str) -> Callable[[Any, Any], bool]:
    """Due in that month, and not received in full."""
    due = (int(year), int(month))

    def shown(order: Order, line: Any) -> bool:  # noqa: ANN401  an order line
        return order.status != "X" and line.received < line.ordered and (line.due_on.year, line.due_on.month) == due

    return shown


def _flat(readable: Readable, document: Any, shown: Callable[[Any, Any], bool]) -> list[dict[str, Cell]]:  # noqa: ANN401  any document
    shape = SHAPES[readable.entity]
    head = dict(zip(map(_named, shape.header_names), shape.header(document), strict=True))
    if not shape.line_names:
        return [head]
    lines = [line for line in shape.lines(document) if shown(document, line)]
    more = {"t_pod_nbr": head["t_po_nbr"]} if readable.entity == "orders" else {}
    return [{**head, **more, **dict(zip(map(_named, shape.line_names), shape.line(one), strict=True))} for one in lines]


def _named(column: str) -> str:
    field = column.partition(".")[2]
    return _SEEN.get(field, f"t_{field}")


def _answer(readable: Readable, rows: list[dict[str, Cell]]) -> etree._Element:
    table = element(WSA_NAMESPACE, "tempTable")
    for row in rows:
        made = element(WSA_NAMESPACE, "tempRow")
        add(made, row.items())
        table.append(made)
    response = declaring(WSA_NAMESPACE, f"{readable.operation}Response", {None: WSA_NAMESPACE}, [table])
    return declaring(SOAP, "Envelope", {"S": SOAP}, [declaring(SOAP, "Body", {}, [response])])


def _xml(envelope: etree._Element, status: int = 200) -> Response:
    return Response(serialized(envelope), status_code=status, media_type="text/xml; charset=utf-8")
