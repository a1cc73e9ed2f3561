"""What a site can be asked: the Query Service, query QDocs of its own, operations of its WSA. Each gives records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from connector.domain.errors import ConfigurationError, SourceLies
from connector.systems.qad_ee import rows, soap
from connector.xml import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lxml import etree

    from connector.systems.qad_ee.client import QdocClient
    from connector.systems.qad_ee.names import Names
    from connector.systems.qad_ee.reading_names import Operation, Query
    from connector.systems.qad_ee.wsa import WsaClient


class Asked(Protocol):
    """One question to a site, whichever way it is asked."""

    #: the beginning of every sentence about it
    where: str
    #: whether our own names say what it heeds, and not the connection: one that does not heed it gives everything
    heeds_by_itself: bool
    #: how many records it gives at most; None where nobody has said so
    most_rows: int | None

    def asks_by(self, field: str) -> bool:
        """Whether it can be asked for a value of this field alone."""
        ...

    def records(self, record: str, values: Mapping[str, str]) -> list[etree._Element]:
        """Return the records of an answer; raises SourceLies for one that was cut."""
        ...


class QueryService:
    """Asks the Query Service of QXtend Inbound by the profile of an entity."""

    heeds_by_itself = True

    def __init__(self, *, client: QdocClient, names: Names, query: Query, domain: str, most: int) -> None:
        self._client, self._names, self._query, self._domain, self._most = client, names, query, domain, most
        self.where = f"{client.where}: profile {query.profile} of the Query Service"
        # What comes behind a key is asked for until nothing is there; without a key what is cut off is gone.
        self.most_rows = most if names.of("query_service", "most_rows") and not query.key else None

    def asks_by(self, field: str) -> bool:
        """By a column of the primary table."""
        return self._column(field) is not None

    def records(self, record: str, values: Mapping[str, str]) -> list[etree._Element]:
        """Ask, by key or by day of change where the profile has columns for that."""
        of = self._names.of
        parts = [
            (of("query_service", "source_application"), of("query_service", "source_application_value")),
            (of("query_service", "profile"), self._query.profile),
            (of("query_service", "filter"), self._filter(values)),
            (of("query_service", "most_rows"), str(self._most)),
        ]
        filled = (soap.qdoc(name, text) for name, text in parts if name and text)
        table = soap.qdoc(of("query_service", "table"), *filled)
        content = soap.qdoc(of("query_service", "dataset"), table)
        api, version = of("query_service", "api"), of("query_service", "version")
        response = self._client.ask(api, version=version, domain=self._domain, content=[content])
        question = (of("query_service", "dataset"), of("query_service", "table"))
        return whole(response, record, where=self.where, names=self._names, most=self.most_rows, question=question)

    def _filter(self, values: Mapping[str, str]) -> str:
        found = ""
        for field, how in (("key", "equals"), ("since", "from"), ("after", "after")):
            column = self._column(field)
            if column and values.get(field):
                one = self._form(how, column=column, value=values[field].replace('"', '""'))
                found = self._form("both", first=found, second=one) if found else one
        return found

    def _form(self, how: str, **parts: str) -> str:
        form = self._names.of("query_service", how)
        for name, text in parts.items():
            form = form.replace(f"{{{name}}}", text)
        return form

    def _column(self, field: str) -> str | None:
        return {"key": self._query.key, "since": self._query.modified, "after": self._query.key}.get(field)


class QueryQDoc:
    """Asks a query QDoc that the site has made for itself."""

    heeds_by_itself = False

    def __init__(self, *, client: QdocClient, names: Names, operation: Operation, domain: str, path: str) -> None:
        self._client, self._names, self._operation, self._domain = client, names, operation, domain
        self.where, self.most_rows = f"{client.where}: query QDoc {operation.name}", operation.most_rows
        absent = next((part for part in ("version", "dataset", "table") if part not in operation.parts), None)
        if absent is not None:
            raise ConfigurationError(f"{path}.{absent} is missing; describe the whole query QDoc.")

    def asks_by(self, field: str) -> bool:
        """By what one of its parameters takes."""
        return self._operation.asks_by(field)

    def records(self, record: str, values: Mapping[str, str]) -> list[etree._Element]:
        """Ask with the parameters filled in."""
        parts = self._operation.parts
        filled = self._operation.filled(values)
        # An empty element would mean "blank", one that is left out means "any".
        asked = (soap.qdoc(name, text) for name, text in filled.items() if text)
        content = soap.qdoc(parts["dataset"], soap.qdoc(parts["table"], *asked))
        response = self._client.ask(
            self._operation.name, version=parts["version"], domain=self._domain, content=[content]
        )
        question = (parts["dataset"], parts["table"])
        return whole(response, record, where=self.where, names=self._names, most=self.most_rows, question=question)


class WsaOperation:
    """Asks an operation of the site's OpenEdge Web Services Adapter."""

    heeds_by_itself = False

    def __init__(self, *, client: WsaClient, operation: Operation, path: str) -> None:
        self._client, self._operation = client, operation
        self.where, self.most_rows = f"{client.where}: WSA operation {operation.name}", operation.most_rows
        if "namespace" not in operation.parts:
            raise ConfigurationError(f"{path}.namespace is missing; it is in the WSDL of the site's WSA.")

    def asks_by(self, field: str) -> bool:
        """By what one of its parameters takes."""
        return self._operation.asks_by(field)

    def records(self, record: str, values: Mapping[str, str]) -> list[etree._Element]:
        """Ask with the parameters filled in."""
        namespace = self._operation.parts["namespace"]
        asked = writing.element(
            f"{{{namespace}}}{self._operation.name}",
            *(writing.element(f"{{{namespace}}}{name}", text) for name, text in self._operation.filled(values).items()),
        )
        answered = self._client.ask(asked)
        found = rows.records([answered], record)
        if not found:
            named(answered, record, where=self.where)
        capped(found, most=self.most_rows, where=self.where)
        return found


def whole(
    response: soap.Response, record: str, *, where: str, names: Names, most: int | None, question: Sequence[str]
) -> list[etree._Element]:
    """Return the records of an answer; raises SourceLies where it says itself that it does not hold all of them."""
    data = list(response.data())
    found = rows.records(data, record)
    cut = next((one.words for one in response.said if _says_cut(one.words, names)), "")
    if cut:
        raise SourceLies(f"{where} says that something is missing from its answer: {cut}; nothing was taken.")
    counted = names.of("query_service", "rows")
    for told in rows.records(data, counted) if counted else ():
        total = "".join(told.itertext()).strip()
        if total.isdecimal() and int(total) != len(found):
            raise SourceLies(
                f"{where} says that it had {total} rows and gave {len(found)}; nothing was taken. Have the limit on "
                "rows raised, or the question narrowed."
            )
    if not found:
        named(data, record, where=where, besides=question)
    capped(found, most=most, where=where)
    return found


def named(inside: Iterable[etree._Element], record: str, *, where: str, besides: Sequence[str] = ()) -> None:
    """Raise ConfigurationError where an answer without a record has records of another name: it is not empty."""
    other = rows.otherwise_named(inside, besides)
    if other:
        raise ConfigurationError(
            f"{where} gave no {record} and a {other}, so nobody can tell that nothing is there; correct the name of "
            "`record` under entities, or have what is no record left out of its answers."
        )


def capped(found: Sequence[etree._Element], *, most: int | None, where: str) -> None:
    """Raise SourceLies for as many records as it gives at most: nobody knows what is missing."""
    if most is not None and len(found) >= most:
        raise SourceLies(
            f"{where} gave {len(found)} rows, and gives {most} at most, so more may be missing; nothing was taken. "
            "Have "
            "its limit raised in QAD and `most_rows` with it, or the question narrowed."
        )


def _says_cut(words: str, names: Names) -> bool:
    kinds = ("dropped", "cut")
    return any(phrase.casefold() in words.casefold() for kind in kinds for phrase in names.phrases(kind))
