"""What a network's answers mean: the Status in a Response decides, HTTP only says whether there is one.

200, 201 and 204 are done, 280 and 281 are passed on. A status of 5xx is ambiguous (one buyer's network says 500 for
"already processed"), so nothing is concluded from it; 560 alone says that nothing was done (inferred from its text).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.domain.errors import (
    ConfigurationError,
    ConnectorError,
    CredentialsRefused,
    Refused,
    SourceLies,
    Unanswered,
    Unavailable,
)
from connector.reading import values
from connector.systems.cxml.incoming.reading import attribute, number
from connector.xml.reading import NotReadable, child, local, parse, text

if TYPE_CHECKING:
    from lxml import etree

    from connector.http.request import Answer

_DONE = frozenset({200, 201, 204, 280, 281})
_UNAUTHORIZED, _TEMPORARY = 401, 560
_FIRST_SERVER_ERROR, _LAST = 500, 599
_FIRST_REFUSAL = 400


def understood(answer: Answer) -> str:
    """Return the network's words where it took the message; raises what any other answer means."""
    status = _status(answer)
    if status is None:
        raise _without_status(answer)
    code, said = _code(status), _words(status)
    if code in _DONE and answer.ok:
        return said
    sentence = f"{answer.where} answered with status {attribute(status, 'code')[:10]}: {said}"
    match code:
        case _ if code == _UNAUTHORIZED:
            return _raise(CredentialsRefused(f"{sentence}. Check identities and shared_secret of the connection."))
        case _ if code == _TEMPORARY:
            return _raise(Unavailable(f"{sentence}."))
        case _ if _FIRST_REFUSAL <= code < _FIRST_SERVER_ERROR:
            return _raise(Refused(f"{sentence}."))
        case _:
            return _raise(_in_doubt(answer, sentence))


def _raise(error: ConnectorError) -> str:
    raise error


def _in_doubt(answer: Answer, sentence: str) -> ConnectorError:
    return Unanswered(f"{sentence}; it may have been taken.") if answer.writes else SourceLies(f"{sentence}.")


def _without_status(answer: Answer) -> ConnectorError:
    match answer.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return CredentialsRefused(f"{answer.where} does not let us in (HTTP {answer.status}).")
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED | HTTPStatus.GONE:
            return ConfigurationError(
                f"{answer.where} takes no cXML at this address (HTTP {answer.status}); check url and orders_url."
            )
        case status if _FIRST_REFUSAL <= status < _FIRST_SERVER_ERROR:
            return Refused(f"{answer.where} refuses the message (HTTP {status}){_quoted(answer)}.")
        case status:
            return _in_doubt(answer, f"{answer.where} answered HTTP {status} with something that is no cXML Response")


def _quoted(answer: Answer) -> str:
    return f": {answer.said}" if answer.said else ""


def _status(answer: Answer) -> etree._Element | None:
    try:
        root = parse(answer.text.encode("utf-8", "surrogatepass"), charset="utf-8")
        response = child(root, "Response") if local(root) == "cXML" else None
        return None if response is None else child(response, "Status")
    except NotReadable:
        return None


def _code(status: etree._Element) -> int:
    return values.whole(number(attribute(status, "code"))) or 0


def _words(status: etree._Element) -> str:
    words = (attribute(status, "text"), text(status))
    return values.line(" ".join(dict.fromkeys(filter(None, words)))).rstrip(".") or "no reason given"
