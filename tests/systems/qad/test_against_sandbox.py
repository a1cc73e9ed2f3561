"""The reader against the simulated instance, which was written from the same facts by other hands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from connector.domain import canonical
from connector.domain.errors import ConfigurationError, CredentialsRefused, PermissionMissing, RateLimited, SourceLies
from connector.domain.exchange import Query, Verdict
from connector.systems.qad import documents
from connector.systems.qad.documents import cost_objects, receipts
from connector.systems.qad.system import SYSTEM
from sandbox.server import running
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.domain.exchange import Row
    from connector.ports import Source
    from sandbox.server import SandboxServer

PASSWORD = "qad-sandbox"
KINDS: dict[str, tuple[type[documents.Document], str]] = {
    "suppliers": (documents.Supplier, "supplier_code"),
    "accounts": (documents.GLAccount, "account"),
    "orders": (documents.PurchaseOrder, "order_number"),
    "invoices": (documents.SupplierInvoice, "invoice_id"),
    "payments": (documents.InvoicePayments, "invoice_id"),
    "cost_objects": (cost_objects.CostObject, "cost_object"),
    "receipts": (receipts.Receipts, "order_number"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with running("qad", seed=7, documents=120) as server:
        yield server


@pytest.fixture
def behave(sandbox: SandboxServer) -> Iterator[Callable[..., None]]:
    """Change the instance for one test."""

    def change(**options: Any) -> None:
        requests.post(f"{sandbox.url}/_sandbox/options", json=options, timeout=HANG_SECONDS).raise_for_status()

    yield change
    change(
        paging="honest", renamed={}, not_permitted=[], swagger=False, basic=True, expires_in=3600, dates="", decimals=""
    )
    requests.delete(f"{sandbox.url}/_sandbox/faults", timeout=HANG_SECONDS).raise_for_status()


@pytest.fixture
def open_sandbox(sandbox: SandboxServer, connect: Callable[..., Any]) -> Callable[..., Any]:
    def make(overrides: dict[str, Any] | None = None, **changes: Any) -> Any:
        return connect(overrides, **({"password": PASSWORD, "base_url": f"{sandbox.url}/clouderp"} | changes))

    return make


def _everything(connection: Any, entity: str) -> dict[str, dict[str, Any]]:
    source, key = SYSTEM.source(connection), KINDS[entity][1]
    found: dict[str, dict[str, Any]] = {}
    for page in source.pages(Query(entity=entity)):
        for row in page.rows:
            assert row.payload[key] not in found
            found[row.payload[key]] = canonical.loads(canonical.dumps(source.complete(entity, row)))
    return found


@pytest.mark.parametrize("entity", KINDS)
@pytest.mark.parametrize("size", [7, 500])
def test_every_document_is_read_once_and_becomes_its_document(
    sandbox: SandboxServer, open_sandbox: Callable[..., Any], entity: str, size: int
) -> None:
    found = _everything(open_sandbox(page_size=size), entity)
    state = requests.get(f"{sandbox.url}/_sandbox/state", timeout=HANG_SECONDS).json()
    held = state["holds"][entity]
    if entity != "payments":
        assert set(found) == set(held)
    assert len(found) == state["documents"][entity] or entity in {"payments", "receipts"}
    for payload in found.values():
        documents.parse(KINDS[entity][0], payload)


def test_ping_finds_everything_with_and_without_a_swagger(
    open_sandbox: Callable[..., Any], behave: Callable[..., None]
) -> None:
    for swagger in (False, True):
        behave(swagger=swagger)
        report = SYSTEM.ping(open_sandbox())
        assert report.ok, report.checks


def test_ping_tells_missing_and_not_permitted_apart(
    open_sandbox: Callable[..., Any], behave: Callable[..., None]
) -> None:
    behave(renamed={"invoices": "urn:browse:mfg:xvbr012", "payments": ""}, not_permitted=["orders"])
    verdicts = {check.path: check.verdict for check in SYSTEM.ping(open_sandbox()).checks}
    assert verdicts["urn:browse:mfg:xxap01"] is Verdict.MISSING
    assert verdicts["urn:browse:mfg:xxap02"] is Verdict.MISSING
    assert verdicts["urn:browse:mfg:ca009"] is Verdict.NOT_PERMITTED
    assert verdicts["urn:browse:mfg:xxgl01"] is Verdict.FOUND


def test_an_instance_with_its_own_browse_is_read_after_an_override(
    open_sandbox: Callable[..., Any], behave: Callable[..., None]
) -> None:
    behave(renamed={"invoices": "urn:browse:mfg:xvbr012"})
    with pytest.raises(ConfigurationError, match=r"there is no such browse; correct entities\.invoices\.browse"):
        _everything(open_sandbox(), "invoices")
    assert _everything(open_sandbox({"invoices": {"browse": "urn:browse:mfg:xvbr012"}}), "invoices")


@pytest.mark.parametrize("lie", ["repeat", "short"])
def test_an_instance_that_lies_about_its_pages_is_not_believed(
    open_sandbox: Callable[..., Any], behave: Callable[..., None], lie: str
) -> None:
    behave(paging=lie)
    for entity in KINDS:
        with pytest.raises(SourceLies, match="nothing more was read"):
            _everything(open_sandbox(page_size=5), entity)


def test_pages_that_overlap_lose_nothing_and_give_nothing_twice(
    open_sandbox: Callable[..., Any], behave: Callable[..., None]
) -> None:
    for entity in KINDS:
        source = SYSTEM.source(open_sandbox(page_size=7))

        def listed(source: Source = source, entity: str = entity) -> list[Row]:
            return [row for page in source.pages(Query(entity=entity)) for row in page.rows]

        behave(paging="honest")
        honest = listed()
        behave(paging="overlap")
        assert listed() == honest


@pytest.mark.parametrize("auth", ["oauth_password", "session", "basic"])
def test_every_way_to_log_in_works(open_sandbox: Callable[..., Any], auth: str) -> None:
    assert _everything(open_sandbox(auth=auth), "accounts")


@pytest.mark.parametrize("auth", ["oauth_password", "session"])
def test_a_login_that_ends_in_the_middle_of_a_read_is_renewed(
    open_sandbox: Callable[..., Any], behave: Callable[..., None], auth: str
) -> None:
    connection = open_sandbox(auth=auth, page_size=7)
    pages = SYSTEM.source(connection).pages(Query(entity="orders"))
    count = len(next(pages).rows)
    behave(revoke=True)
    count += sum(len(page.rows) for page in pages)
    assert count == len(_everything(open_sandbox(), "orders"))


def test_basic_switched_off_is_told(open_sandbox: Callable[..., Any], behave: Callable[..., None]) -> None:
    behave(basic=False)
    with pytest.raises(CredentialsRefused, match="whether the instance allows Basic"):
        _everything(open_sandbox(auth="basic"), "accounts")


def test_wrong_credentials_and_rights_are_told(open_sandbox: Callable[..., Any], behave: Callable[..., None]) -> None:
    with pytest.raises(CredentialsRefused, match=r"does not accept the login of mfg \(invalid_grant\)"):
        SYSTEM.ping(open_sandbox(password="wrong-one"))
    with pytest.raises(CredentialsRefused, match=r"\(invalid_client\)"):
        SYSTEM.ping(open_sandbox(client_id="f" * 32))
    behave(not_permitted=["invoices"])
    with pytest.raises(PermissionMissing, match="browse urn:browse:mfg:xxap01"):
        _everything(open_sandbox(), "invoices")


def test_one_document_is_read_by_its_key(open_sandbox: Callable[..., Any]) -> None:
    for entity, (_, field) in KINDS.items():
        connection = open_sandbox()
        everything = _everything(connection, entity)
        key = sorted(everything)[len(everything) // 2]
        source = SYSTEM.source(connection)
        (row,) = [row for page in source.pages(Query(entity=entity, key=key)) for row in page.rows]
        assert row.payload[field] == key
        assert canonical.loads(canonical.dumps(source.complete(entity, row))) == everything[key]


def test_a_429_carries_how_long_to_wait(sandbox: SandboxServer, open_sandbox: Callable[..., Any], behave: Any) -> None:
    rules = [{"match": {"path": "browses"}, "kind": "429", "retry_after": 7, "count": 1}]
    requests.post(f"{sandbox.url}/_sandbox/faults", json={"rules": rules}, timeout=HANG_SECONDS).raise_for_status()
    with pytest.raises(RateLimited) as error:
        _everything(open_sandbox(), "accounts")
    assert error.value.retry_after == 7


@pytest.mark.parametrize(
    ("dates", "decimals", "settings"),
    [
        ("dd/mm/yy", ",", {"dates": "dmy", "decimals": "comma"}),
        ("mm-dd-yyyy", ".", {"dates": "mdy", "decimals": "point"}),
        ("yy.mm.dd", "", {"dates": "ymd"}),
        ("ddmmyyyy", "", {"dates": "dmy"}),
        ("yyyymmdd", "", {}),
    ],
)
@pytest.mark.parametrize("entity", ["invoices", "orders", "payments"])
def test_what_a_session_shows_in_its_own_way_is_read_as_what_it_is(  # noqa: PLR0917 - pytest passes by name
    entity: str,
    dates: str,
    decimals: str,
    settings: dict[str, str],
    open_sandbox: Callable[..., Any],
    behave: Callable[..., None],
) -> None:
    plain = _everything(open_sandbox(), entity)
    behave(dates=dates, decimals=decimals)
    assert _everything(open_sandbox(**settings), entity) == plain


def test_ping_tells_the_order_of_days_that_its_rows_show(
    open_sandbox: Callable[..., Any], behave: Callable[..., None]
) -> None:
    behave(dates="dd/mm/yyyy", decimals=",")
    told = {(check.entity, check.path): check for check in SYSTEM.ping(open_sandbox()).checks}
    assert "look like dates: dmy" in told["invoices", "dates"].detail
    assert "look like decimals: comma" in told["invoices", "decimals"].detail
    assert SYSTEM.ping(open_sandbox(dates="dmy", decimals="comma")).ok
