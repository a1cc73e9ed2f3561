from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import Refused
from connector.http.session import Http
from connector.systems.qad.adaptive.auth import login
from connector.systems.qad.adaptive.client import QadClient
from connector.systems.qad.adaptive.names import names
from connector.systems.qad.config import read

if TYPE_CHECKING:
    from collections.abc import Callable

VIEW = "urn:be:com.qad.base.supplier.ISupplierV2"


@pytest.fixture
def client(instance: Any, connect: Callable[..., Any]) -> QadClient:
    connection = connect(auth="basic")
    config, known = read(connection.config), names({})
    http = Http(name="acme-qad", base_url=instance.url, allow_private=True, allow_plain=True)
    way = login(name="acme-qad", http=http, config=config, password=connection.secrets["password"], names=known)
    return QadClient(name="acme-qad", sender=way.sender(connection.tokens), names=known, workspace="10USA_10USACO")


def test_a_component_is_created_without_keys_in_the_address(instance: Any, client: QadClient) -> None:
    instance.extra["api/erp/supplierV2s"] = 200, {"data": {"supplierV2s": []}, "submitResult": {"success": True}}
    client.submit("supplierV2s", view=VIEW, body={"supplierV2s": [{"supplierCode": "S1", "amount": Decimal("0.10")}]})
    (call,) = instance.calls
    assert call.method == "POST"
    assert call.query == {"viewUri": VIEW}
    assert '"amount":0.10' in call.body


def test_a_component_is_updated_with_its_keys_and_the_whole_object(instance: Any, client: QadClient) -> None:
    instance.extra["api/erp/supplierV2s"] = (
        200,
        {"submitResult": {"success": False, "errors": ["Stale concurrencyHash"]}},
    )
    with pytest.raises(Refused, match="Stale concurrencyHash"):
        client.submit("supplierV2s", view=VIEW, body={"concurrencyHash": "x"}, keys={"supplierCode": "S1"})
    assert instance.calls[0].query == {"supplierCode": "S1", "viewUri": VIEW}


def test_a_component_that_is_not_there_reads_as_nothing(instance: Any, client: QadClient) -> None:
    for body in ({"data": {}}, {"data": None}, {"data": []}, {"submitResult": {"success": True}}):
        instance.extra["api/erp/supplierV2s"] = 200, body
        assert client.component("supplierV2s", view=VIEW, keys={"supplierCode": "S9"}) == {}


def test_the_columns_of_a_wide_browse_are_read_to_the_end(instance: Any, client: QadClient) -> None:
    wide = [f"t.c{number}" for number in range(2500)]
    instance.columns["urn:browse:mfg:wide"] = wide
    assert client.columns_of("urn:browse:mfg:wide") == set(wide)
    assert instance.calls[0].query["filter"] == "browseURI,eq,urn:browse:mfg:wide,literal"


def test_an_instance_that_repeats_its_lookup_does_not_hold_us(instance: Any, client: QadClient) -> None:
    instance.columns["urn:browse:mfg:wide"] = [f"t.c{number}" for number in range(1000)]
    instance.honestly = lambda rows, _page, _size: rows
    assert len(client.columns_of("urn:browse:mfg:wide")) == 1000
    assert len(instance.calls) == 2


def test_a_lookup_with_other_names_for_its_fields_is_understood(instance: Any, client: QadClient) -> None:
    instance.extra["api/qracore/browses"] = 200, {"data": [{"fieldName": "GL.GLCode", "position": 1}]}
    assert client.columns_of("urn:browse:mfg:any") == {"GL.GLCode"}


@pytest.mark.parametrize(
    ("said", "served"),
    [
        ((404, "<html>"), None),
        ((500, ""), None),
        ((200, "<html>"), None),
        ((200, {"swagger": "2.0"}), None),
        ((200, {"paths": {"/api/erp/supplierV2s": {}}}), {"/api/erp/supplierV2s"}),
    ],
)
def test_the_swagger_of_an_instance_is_used_when_it_is_one(
    instance: Any, client: QadClient, said: Any, served: set[str] | None
) -> None:
    instance.extra["api/swagger.json"] = said
    assert client.paths_served() == served
