"""An answer in XML that is packed small and unpacks to more than anybody sends is given up before it is unpacked."""

from __future__ import annotations

import tracemalloc
import zlib
from functools import cache
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Unanswered
from connector.systems.cxml.system import SYSTEM as CXML
from tests.http.misbehaving import misbehaving, says
from tests.systems.cxml import conftest as cxml
from tests.systems.cxml.test_written import outgoing
from tests.systems.jaggaer_xml import conftest as indirect
from tests.systems.qad.posted import invoice
from tests.systems.qad_ee import standing_in as enterprise

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.exchange import Outgoing
    from connector.ports import Target

MEGABYTE = 1_000_000
UNPACKED = 60 * MEGABYTE
LIMIT = {"most_answer_megabytes": 1}
#: gzip and deflate, as zlib is asked for them
ENCODINGS = {"gzip": 31, "deflate": 15, "gzip, gzip": 31}


@cache
def packed(encoding: str) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, ENCODINGS[encoding])
    block = b"<a>" + b" " * (MEGABYTE - 3)
    whole = b"".join([*(squeeze.compress(block) for _ in range(UNPACKED // MEGABYTE)), squeeze.flush()])
    return zlib.compress(whole, wbits=31) if "," in encoding else whole


def _cxml(url: str) -> tuple[Target, Outgoing]:
    return CXML.target(cxml.Connection(url=url, settings=LIMIT)), outgoing("qad_orders_to_cxml/new")


def _indirect(url: str) -> tuple[Target, Outgoing]:
    return indirect.Connection(url=url, settings=LIMIT).target(), indirect.NEW


def _enterprise(url: str) -> tuple[Target, Outgoing]:
    config = enterprise.SYSTEM.check(enterprise.settings(qxi_url=url, **LIMIT), {})
    return enterprise.SYSTEM.target(enterprise.Connection(config=config)), invoice()


OPENED: dict[str, Callable[[str], tuple[Target, Outgoing]]] = {
    "cxml": _cxml,
    "jaggaer-xml": _indirect,
    "qad-ee": _enterprise,
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("system", OPENED)
def test_what_was_packed_small_is_not_unpacked(system: str, encoding: str) -> None:
    body = packed(encoding)
    assert len(body) < MEGABYTE
    with misbehaving() as server:
        server.on("/x", says(body=body, Content_Encoding=encoding))
        server.on("/x/apps/Router/POXMLImport", says(body=body, Content_Encoding=encoding))
        target, document = OPENED[system](f"{server.url}/x")
        tracemalloc.start()
        try:
            with pytest.raises(Unanswered, match="answered with more than 1,000,000 bytes, which is not read"):
                target.write(document)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 8 * MEGABYTE, "neither all of it nor a part that grows with it was ever in memory"
