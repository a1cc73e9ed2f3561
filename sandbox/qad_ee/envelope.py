"""The envelope of a QDoc: what a request says before its data, and the answer around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sandbox.qad_ee.complaints import FaultError, result_of
from sandbox.qad_ee.wire import (
    COMMON,
    PREFIXES,
    RECEIVER,
    SERVICES,
    SOAP,
    WSA,
    NotReadableError,
    add,
    child,
    declaring,
    element,
    local,
    parse,
    text,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from sandbox.qad_ee.complaints import Complaint
    from sandbox.qad_ee.options import Options
    from sandbox.qad_ee.wire import Prefixes

_SECRET: Final = ("username", "password")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One request. ``context``: the properties of its session context. ``detail``: whether the answer repeats data."""

    api: str
    body: etree._Element
    receiver: str
    message_id: str
    context: dict[str, str]
    detail: bool

    @property
    def partial(self) -> bool:
        """Whether its dataset says that it is a partial update."""
        return text(self.body.find(f".//{{{SERVICES}}}tlPartialUpdate")).lower() == "true"


def body_of(raw: bytes) -> tuple[etree._Element | None, etree._Element]:
    """Return the header and the one element of the body; raise FaultError for what is no SOAP 1.1 message."""
    try:
        root = parse(raw)
    except NotReadableError as error:
        raise FaultError("Client", str(error)) from None
    if local(root) != "Envelope":
        raise FaultError("Client", "The message is no SOAP envelope.")
    if root.tag != f"{{{SOAP}}}Envelope":
        raise FaultError("VersionMismatch", "The envelope is not one of SOAP 1.1.")
    header, body = child(root, SOAP, "Header"), child(root, SOAP, "Body")
    for block in header if header is not None else ():
        known = within(block, WSA)
        if block.get(f"{{{SOAP}}}mustUnderstand") == "1" and not known:
            raise FaultError("MustUnderstand", f"The header {local(block)} is not understood.")
    if body is None or len(body) != 1:
        raise FaultError("Client", "The body must have exactly one element.")
    return header, body[0]


def read(raw: bytes) -> Message:
    """Read a QDoc; raise FaultError for what is none."""
    header, body = body_of(raw)
    to = text(child(header, WSA, "To"))
    if not to.startswith(RECEIVER) or to == RECEIVER:
        raise FaultError("Client", f"wsa:To must name the receiver: {RECEIVER}RECEIVER.")
    if not within(body, SERVICES):
        raise FaultError("Client", f"The body is not in the namespace {SERVICES}.")
    parameters = child(header, WSA, "ReferenceParameters")
    return Message(
        api=local(body),
        body=body,
        receiver=to.removeprefix(RECEIVER),
        message_id=text(child(header, WSA, "MessageID")),
        context=_context(child(body, COMMON, "dsSessionContext")),
        detail=text(child(parameters, COMMON, "suppressResponseDetail")).lower() != "true",
    )


def _context(session: etree._Element | None) -> dict[str, str]:
    if session is None:
        raise FaultError("Client", "The message has no dsSessionContext.")
    rows = session.findall(f"{{{COMMON}}}ttContext")
    return {
        text(child(row, COMMON, "propertyName")): text(child(row, COMMON, "propertyValue"))
        for row in rows
        if text(child(row, COMMON, "propertyQualifier")) == "QAD"
    }


def context_rows(context: dict[str, str], prefixes: Prefixes) -> etree._Element:
    """Write a session context; user name and password are blank in it."""
    session = declaring(COMMON, "dsSessionContext", prefixes)
    for name, value in context.items():
        row = element(COMMON, "ttContext")
        shown = "" if name in _SECRET else value
        add(row, (("propertyQualifier", "QAD"), ("propertyName", name), ("propertyValue", shown)))
        session.append(row)
    return session


def answer(
    message: Message, complaints: Sequence[Complaint], data: etree._Element | None, options: Options
) -> etree._Element:
    """Write the answer to a message, with prefixes as the option says."""
    outer, inner, session, exceptions = PREFIXES[options.prefixes]
    result = element(SERVICES, "result", result_of(complaints))
    response = declaring(SERVICES, f"{message.api}Response", inner, [result])
    response.append(context_rows(message.context, session))
    if complaints:
        rows = [_row(one, place, bare=options.bare_errors) for place, one in enumerate(complaints, start=1)]
        response.append(declaring(COMMON, "dsExceptions", exceptions, rows))
    if data is not None and message.detail:
        response.append(data)
    header = declaring(SOAP, "Header", {}, [element(WSA, "RelatesTo", message.message_id)])
    return declaring(SOAP, "Envelope", outer, [header, declaring(SOAP, "Body", {}, [response])])


def _row(one: Complaint, place: int, *, bare: bool) -> etree._Element:
    now = datetime.now(UTC)
    values = {
        "tt_msg_nbr": one.nbr,
        "tt_msg_desc": one.desc,
        "tt_msg_sev": one.sev,
        "tt_msg_field": one.field,
        "tt_msg_context": one.context,
        "tt_msg_data": one.data,
        "tt_msg_keys": one.keys,
        "tt_msg_datetime": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}+0000",
        "tt_msg_processed": "false",
        "tt_level": "1",
        "tt_msg_index": str(place),
    }
    if bare and one.sev == "error":
        del values["tt_msg_sev"]  # it is the default
    return declaring(COMMON, "temp_err_msg", {}, [element(COMMON, name, value) for name, value in values.items()])


def fault(error: FaultError, prefixes: str) -> etree._Element:
    """Write a SOAP fault. Its children have no namespace, as SOAP 1.1 wants it."""
    outer = PREFIXES[prefixes][0]
    prefix = next(str(name) for name, namespace in outer.items() if namespace == SOAP)
    rows = [element("", "faultcode", f"{prefix}:{error.code}"), element("", "faultstring", error.reason)]
    return declaring(SOAP, "Envelope", outer, [declaring(SOAP, "Body", {}, [declaring(SOAP, "Fault", {}, rows)])])
