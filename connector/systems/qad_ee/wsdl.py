"""What a WSDL that QXtend generated for a site knows: APIs, their versions and elements, to compare our names with.

It is a file, read when a connection is pinged: nothing is fetched, and nothing is sent by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connector.domain.errors import ConfigurationError
from connector.systems.qad_ee.config import Way
from connector.xml import reading
from connector.xml.reading import NotReadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from connector.systems.qad_ee.posting_names import Posting
    from connector.systems.qad_ee.site import Site

_MOST_NAMED = 12
#: the name of a schema: that of the API, and its version
_SCHEMA = re.compile(r"([A-Za-z]\w*)-(\w+)")


@dataclass(frozen=True, kw_only=True)
class Wsdl:
    """The names in a WSDL."""

    #: of operations and elements
    known: frozenset[str]
    #: API -> its versions, where schemas are named by them
    versions: dict[str, frozenset[str]]
    #: whether it holds all of its schemas itself
    whole: bool

    def lacking(self, api: str, version: str, elements: Iterable[str]) -> Iterator[str]:
        """Yield what it does not know of an API, as part of a sentence."""
        if api not in self.known and f"{api}Async" not in self.known:
            yield f"no {api}"
            return
        versions = self.versions.get(api, frozenset())
        if versions and version not in versions:
            yield f"{api} in version {', '.join(sorted(versions))} and not {version}"
        absent = sorted(set(elements) - self.known) if self.whole else []
        if absent:
            more = f" and {len(absent) - _MOST_NAMED} more" if len(absent) > _MOST_NAMED else ""
            yield f"{api} without {', '.join(absent[:_MOST_NAMED])}{more}"


def read(path: str) -> Wsdl:
    """Read the file; raises ConfigurationError."""
    try:
        root = reading.parse(Path(path).read_bytes())
    except OSError as error:
        raise ConfigurationError(f"The WSDL {path} cannot be read ({error.strerror}); correct wsdl_file.") from None
    except NotReadable as why:
        raise ConfigurationError(f"The WSDL {path} {why}; correct wsdl_file.") from None
    if reading.local(root) != "definitions":
        raise ConfigurationError(f"{path} is no WSDL but holds {reading.local(root)}; correct wsdl_file.")
    said = [str(value) for one in root.iter() for value in one.attrib.values()]
    schemas: dict[str, set[str]] = {}
    for api, version in (match.groups() for value in said for match in _SCHEMA.finditer(value)):
        schemas.setdefault(api, set()).add(version)
    named = (one for one in root.iter() if reading.local(one) in ("operation", "element"))
    elsewhere = [one for one in root.iter() if reading.local(one) in ("import", "include")]
    return Wsdl(
        known=frozenset(str(one.get("name") or str(one.get("ref", "")).rpartition(":")[2]) for one in named),
        versions={api: frozenset(found) for api, found in schemas.items()},
        whole=not any(one.get("schemaLocation") or one.get("location") for one in elsewhere),
    )


def compared(site: Site) -> str:
    """Return what the WSDL of a site does not know of what is used there; empty when it knows all of it."""
    known = read(site.config.wsdl_file)
    return "; ".join(part for asked in _used(site) for part in known.lacking(*asked))


def _used(site: Site) -> Iterator[tuple[str, str, list[str]]]:
    names, config = site.names, site.config
    if any(config.way(name) is Way.QUERY_SERVICE for name in names.entities):
        of = (names.of("query_service", part) for part in ("api", "version", "dataset", "table"))
        api, version, *elements = of
        yield api, version, elements
    read_by = [one.query_qdoc for name, one in names.entities.items() if config.way(name) is Way.QUERY_QDOC]
    sought = [one.query_qdoc for name, one in names.postings.items() if config.asked_back(name) is Way.QUERY_QDOC]
    for operation in dict.fromkeys(one.name for one in (*read_by, *sought) if one is not None):
        one = next(one for one in (*read_by, *sought) if one is not None and one.name == operation)
        elements = [one.parts[part] for part in ("dataset", "table") if part in one.parts]
        yield one.name, one.parts.get("version", ""), [*elements, *one.parameters]
    for posting in names.postings.values() if config.writes else ():
        yield posting.api, posting.version, list(elements_of(posting))


def elements_of(posting: Posting) -> Iterator[str]:
    """Yield the elements of a QDoc that posts something."""
    yield from (posting.dataset, posting.rows, posting.parents)
    yield from (name for ours, name in posting.context.items() if not ours.endswith("_value"))
    for table in (posting.head, *posting.tables.values()):
        yield from table.element.split("/")
        yield from table.fields.values()
