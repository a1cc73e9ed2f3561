"""Which elements a document may consist of, in which order: the strict judge of what the network is sent.

The table holds the documents this network takes and sends, and no others. An attribute with ``!`` is required, one with
``=`` is one of the words behind it. ``ANY`` stands for what the network takes without reading it.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final

from lxml import etree

from sandbox.cxml.elements import ATTRIBUTES, CONTENT, TEXTS
from sandbox.cxml.wire import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PROBLEMS: Final = 3


def check(root: etree._Element) -> None:
    """Refuse a document that has another order than the table with 406, and say what was expected."""
    if problems := faults(root):
        raise RefusedError(406, " ".join(problems[:_MOST_PROBLEMS]))


def faults(root: etree._Element) -> list[str]:
    """Return everything that is wrong with the elements of a document, one sentence each."""
    # A copy of its own: what is wrong is collected in the validator, and lines are worth telling.
    dtd = etree.DTD(StringIO(_RULES))
    if dtd.validate(root):
        return []
    return [f"Line {one.line}: {one.message.strip()}." for one in dtd.error_log]


def _rules() -> Iterator[str]:
    content = {**dict.fromkeys(TEXTS, "(#PCDATA)"), **CONTENT}
    for name, model in content.items():
        yield f"<!ELEMENT {name} {model}>"
    for name, attributes in ATTRIBUTES.items():
        for attribute in attributes.split():
            yield f"<!ATTLIST {name} {_attribute(attribute)}>"


def _attribute(spelled: str) -> str:
    name, _, words = spelled.rstrip("!").partition("=")
    return f"{name} {f'({words})' if words else 'CDATA'} {'#REQUIRED' if spelled.endswith('!') else '#IMPLIED'}"


_RULES: Final = "\n".join(_rules())
