from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import CredentialsRefused
from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.domain.token import Token
from connector.systems.qad.adaptive.names import names
from connector.systems.qad.system import SYSTEM
from tests.systems.qad.conftest import LOOKUP

if TYPE_CHECKING:
    from collections.abc import Callable

COMPONENT = "api/erp/supplierV2s"


def _everything_there(instance: Any) -> None:
    known = names({})
    for entity in known.entities.values():
        instance.hold(entity.browse, dict.fromkeys(entity.columns()) | {entity.key_column: "K1"})
    detail = known.entity("suppliers").detail
    assert detail is not None
    instance.components["supplierV2s"] = {"K1": dict.fromkeys(detail.fields.values())}


def _checks(report: PingReport) -> dict[tuple[str, str], EntityCheck]:
    return {(check.entity, check.path): check for check in report.checks}


def _browse(report: PingReport, entity: str) -> EntityCheck:
    return _checks(report)[entity, names({}).entity(entity).browse]


def test_an_instance_with_everything_is_found_entity_by_entity(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    report = SYSTEM.ping(connect())
    assert report.ok, report.checks
    assert report.system == "qad"
    assert report.login == "OAuth2 password grant as mfg"
    assert report.latency_ms > 0
    assert [(check.entity, check.path) for check in report.checks] == [
        ("suppliers", "urn:browse:mfg:ad014"),
        ("suppliers", COMPONENT),
        ("accounts", "urn:browse:mfg:xxgl01"),
        ("orders", "urn:browse:mfg:ca009"),
        ("invoices", "urn:browse:mfg:xxap01"),
        ("payments", "urn:browse:mfg:xxap02"),
    ]


def _everything_for_posting(instance: Any) -> None:
    _everything_there(instance)
    for posting in names({}).postings.values():
        instance.hold(posting.browse, dict.fromkeys(posting.search.values()))
        instance.components[posting.resource] = {}


def test_what_only_posting_needs_is_checked_where_the_connection_says_that_it_posts(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_for_posting(instance)
    report = SYSTEM.ping(connect(writes=True))
    assert report.ok, report.checks
    assert [(check.entity, check.path) for check in report.checks[6:]] == [
        ("cost_objects", "urn:browse:mfg:xxgl02"),
        ("receipts", "urn:browse:mfg:xxpo01"),
        ("expense_payments", "urn:browse:mfg:xxap03"),
        ("supplier_invoices", "api/erp/supplierInvoices"),
        ("supplier_invoices", "urn:browse:mfg:xxap04"),
        ("journal_entries", "api/erp/journalEntries"),
        ("journal_entries", "urn:browse:mfg:xxgl03"),
    ]
    assert [call.method for call in instance.asked("api/erp/")] == ["GET"] * 3


def test_what_posting_needs_and_is_not_there_is_told_by_path_and_browse(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_for_posting(instance)
    del instance.components["supplierInvoices"]
    instance.forbidden = {"api/erp/journalEntries"}
    del instance.columns["urn:browse:mfg:xxap04"]
    instance.columns["urn:browse:mfg:xxgl03"].remove("Posting.CustomLong0")
    checks = _checks(SYSTEM.ping(connect(writes=True)))
    assert checks["supplier_invoices", "api/erp/supplierInvoices"].verdict is Verdict.MISSING
    assert checks["journal_entries", "api/erp/journalEntries"].verdict is Verdict.NOT_PERMITTED
    assert checks["supplier_invoices", "urn:browse:mfg:xxap04"].verdict is Verdict.MISSING
    lacking = checks["journal_entries", "urn:browse:mfg:xxgl03"]
    assert lacking.verdict is Verdict.MISSING
    assert "has no Posting.CustomLong0 (entities.journal_entries.search.fields.key)" in lacking.detail


@pytest.mark.parametrize(("auth", "said"), [("session", "session login as mfg"), ("basic", "Basic as mfg")])
def test_every_way_to_log_in_can_be_pinged(instance: Any, connect: Callable[..., Any], auth: str, said: str) -> None:
    _everything_there(instance)
    report = SYSTEM.ping(connect(auth=auth))
    assert report.ok
    assert report.login == said


def test_a_browse_nobody_knows_is_missing_and_the_sentence_says_that_its_name_was_assumed(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    del instance.rows["urn:browse:mfg:xxap01"], instance.columns["urn:browse:mfg:xxap01"]
    check = _browse(SYSTEM.ping(connect()), "invoices")
    assert check.verdict is Verdict.MISSING
    assert check.detail == (
        "No rows and no columns: the instance has no such browse, or hides it from this user; our name for it is "
        "assumed. Set entities.invoices.browse to the browse that lists invoices."
    )


def test_missing_columns_are_named_with_the_setting_that_names_them(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    columns = instance.columns["urn:browse:mfg:ca009"]
    instance.hold("urn:browse:mfg:ca009", {c: 1 for c in columns if c not in ("po_mstr.po_rev", "pod_det.pod_cc")})
    check = _browse(SYSTEM.ping(connect()), "orders")
    assert check.verdict is Verdict.MISSING
    assert check.detail == (
        "It has no po_mstr.po_rev (entities.orders.fields.revision), pod_det.pod_cc "
        "(entities.orders.lines.cost_centre); correct these names in the connection's entities, or set them to null."
    )


def test_a_browse_without_rows_is_found_and_says_so(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    instance.rows["urn:browse:mfg:xxap02"] = []
    check = _browse(SYSTEM.ping(connect()), "payments")
    assert check.verdict is Verdict.FOUND
    assert check.detail == "The browse is there and has no rows in workspace 10USA_10USACO yet."


def test_a_column_that_is_left_out_is_told_with_what_is_no_longer_checked(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    check = _browse(SYSTEM.ping(connect({"invoices": {"fields": {"matching_status": None}}})), "invoices")
    assert check.verdict is Verdict.FOUND
    assert check.detail == (
        "entities.invoices.fields.matching_status is null: nobody checks whether its receiver matching is finished."
    )


def test_a_browse_that_lists_no_columns_but_rows_is_found_by_its_rows(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    del instance.columns["urn:browse:mfg:xxap02"]
    assert _browse(SYSTEM.ping(connect()), "payments").verdict is Verdict.FOUND


def test_what_the_user_may_not_read_is_not_permitted_and_the_rest_is_still_checked(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    instance.forbidden = {"urn:browse:mfg:xxgl01", COMPONENT}
    report = SYSTEM.ping(connect())
    assert not report.ok
    assert _browse(report, "accounts").verdict is Verdict.NOT_PERMITTED
    assert "ask the QAD administrator" in _browse(report, "accounts").detail
    assert _checks(report)["suppliers", COMPONENT].verdict is Verdict.NOT_PERMITTED
    assert _browse(report, "orders").verdict is Verdict.FOUND


def test_a_user_who_may_not_read_browses_at_all_gets_a_report_that_says_so(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    instance.forbidden = {"api/qracore/browses"}
    verdicts = {check.verdict for check in SYSTEM.ping(connect()).checks if check.path != COMPONENT}
    assert verdicts == {Verdict.NOT_PERMITTED}


def test_a_user_who_may_not_list_columns_may_still_read_browses(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    instance.forbidden = {LOOKUP}
    instance.rows["urn:browse:mfg:xxap02"] = []
    report = SYSTEM.ping(connect())
    assert _browse(report, "invoices").verdict is Verdict.FOUND
    assert LOOKUP in _browse(report, "invoices").detail
    empty = _browse(report, "payments")
    assert empty.verdict is Verdict.UNCERTAIN
    assert empty.detail.startswith("No rows, so nobody can tell whether the browse is there: ")
    instance.hold("urn:browse:mfg:xxgl01", {"GL.GLCode": "4000"})
    assert "It has no GL." in _browse(SYSTEM.ping(connect()), "accounts").detail


@pytest.mark.parametrize(("status", "page"), [(503, "<title>Down until 6</title>"), (200, "<p>Sign in</p>")])
def test_a_page_in_place_of_an_answer_is_quoted_and_the_next_entity_is_checked(
    instance: Any, connect: Callable[..., Any], status: int, page: str
) -> None:
    _everything_there(instance)
    for failing in range(3):  # the first question of all, the columns of the first entity, its rows
        instance.first = [(200, {"data": []})] * failing + [(status, page)]
        report = SYSTEM.ping(connect(page_size=1))
        assert _browse(report, "orders").verdict is Verdict.FOUND
        first = _browse(report, "suppliers")
        if failing:
            assert first.verdict is Verdict.UNCERTAIN
            assert "Down until 6" in first.detail or "Sign in" in first.detail
            assert "show this to whoever runs the instance" in first.detail


def test_a_cap_on_pages_is_told_with_the_size_to_set(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    [row] = instance.rows["urn:browse:mfg:xxgl01"]
    instance.hold("urn:browse:mfg:xxgl01", *(row | {"GL.GLCode": str(code)} for code in range(5)))
    assert _browse(SYSTEM.ping(connect()), "accounts").verdict is Verdict.FOUND
    instance.cut = lambda rows, page, size: instance.honestly(rows, page, min(size, 2))
    check = _browse(SYSTEM.ping(connect()), "accounts")
    assert check.verdict is Verdict.UNCERTAIN
    assert check.detail == "It was asked for 500 rows a page, gave 2 and has more: set page_size to 2."
    assert _browse(SYSTEM.ping(connect(page_size=2)), "accounts").verdict is Verdict.FOUND


def test_an_entity_that_fails_over_there_is_uncertain(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    instance.extra[COMPONENT] = 500, ""
    check = _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT]
    assert check.verdict is Verdict.UNCERTAIN
    assert "500" in check.detail


def test_a_wrong_shared_set_shows_in_the_component(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    instance.components["supplierV2s"] = {}
    check = _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT]
    assert check.verdict is Verdict.MISSING
    assert check.detail.startswith("None of K1 is in supplierV2s of shared set CORP; check shared_set")


def test_fields_the_component_does_not_have_are_named(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    del instance.components["supplierV2s"]["K1"]["EMail"]
    check = _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT]
    assert check.verdict is Verdict.MISSING
    assert "It has no EMail (entities.suppliers.detail.fields.email)" in check.detail


def test_a_component_that_is_not_there_is_missing_and_the_swagger_names_the_nearest(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    instance.components = {}
    assert _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT].verdict is Verdict.MISSING
    instance.extra["api/swagger.json"] = 200, {"paths": {"/api/erp/supplierV3s": {}, "/api/erp/customers": {}}}
    check = _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT]
    assert check.detail.endswith("The nearest path in the instance's Swagger is api/erp/supplierV3s.")


def test_without_a_supplier_to_ask_for_the_swagger_decides_where_there_is_one(
    instance: Any, connect: Callable[..., Any]
) -> None:
    _everything_there(instance)
    instance.rows["urn:browse:mfg:ad014"] = []
    check = _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT]
    assert (check.verdict, check.detail) == (
        Verdict.FOUND,
        "It is answering; there was no document to check its fields with.",
    )
    instance.extra["api/swagger.json"] = 200, {"paths": {"/clouderp/api/erp/supplierV2s": {}}}
    assert "listed in the instance's Swagger" in _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT].detail
    instance.extra["api/swagger.json"] = 200, {"paths": {"/clouderp/api/erp/supplierV1s": {}}}
    check = _checks(SYSTEM.ping(connect()))["suppliers", COMPONENT]
    assert check.verdict is Verdict.MISSING
    assert check.detail == (
        "The instance's Swagger does not list it. The nearest path in the instance's Swagger is "
        "clouderp/api/erp/supplierV1s."
    )


def test_a_business_document_is_probed_by_its_path(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    path, overrides = "api/bdoc/acme/gl/Account", {"accounts": {"bdoc": "acme/gl/Account"}}

    def probed() -> EntityCheck:
        return _checks(SYSTEM.ping(connect(overrides)))["accounts", path]

    assert probed().verdict is Verdict.MISSING
    instance.extra[path] = 200, []
    assert probed().verdict is Verdict.FOUND
    instance.extra[path] = 200, [{"GL.GLCode": "4000"}]
    assert (probed().verdict, probed().detail) == (Verdict.FOUND, "")
    instance.extra[path] = 200, [{"code": "4000"}]
    assert "It has no GL.GLCode (entities.accounts.fields.account)" in probed().detail


def test_ping_logs_in_anew_whatever_token_is_stored(instance: Any, connect: Callable[..., Any]) -> None:
    _everything_there(instance)
    connection = connect(password="not-it")
    instance.tokens.add("still-good")
    connection.tokens.stored = Token(access="still-good", refresh="works-too")
    with pytest.raises(CredentialsRefused, match="does not accept the login of mfg"):
        SYSTEM.ping(connection)
