"""``reconcile`` over the simulators: a month that is right is found right, and what is not is named."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from connector import registry
from connector.domain import accounting_period, canonical
from connector.domain.exchange import Outgoing
from connector.domain.payload import bare, payload_identity
from connector.domain.reconciliation import Figure, Kind
from connector.operations.operator import Operator
from connector.operations.work import closing, counting_periods, month_end, month_end_flow, reconciling, since_signing
from connector.store import operator as ledger
from connector.store.audit.verifying import unheard
from tests.journey.carrying import everything
from tests.journey.works import open_works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.operations.operator import Application
    from connector.operations.work.reconciled import Reconciled
    from tests.journey.works import Works

#: every document the simulators have
EVER = accounting_period.read("2020..2030")


@pytest.fixture
def works(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    with open_works(database_url, tmp_path_factory.mktemp("month-end"), documents=8) as opened:
        everything(opened)
        yield opened


@pytest.fixture(scope="module")
def unchanged(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    """Works in which no test changes anything."""
    with open_works(module_database_url, tmp_path_factory.mktemp("month-end"), documents=8) as opened:
        everything(opened)
        yield opened


def _reconciled(works: Works, named: str | None = None, *, live: bool = True) -> dict[str, Reconciled]:
    found = reconciling.reconcile(works.operator, named, EVER, live=live, report=unheard)
    return {line.flow.partition("/")[2]: line for line in found}


def _differences(found: dict[str, Reconciled]) -> set[tuple[str, Kind, str]]:
    return {(flow, one.kind, one.key) for flow, line in found.items() for one in line.differences}


def test_what_arrived_is_right_and_what_people_do_behind_its_back_is_named(works: Works) -> None:
    found = _reconciled(works)
    assert _differences(found) == set()
    assert not any(line.wrong for line in found.values())
    for line in found.values():
        assert line.documents == sum(one.documents for one in line.sums)
        assert (line.unnamed, line.unbooked) == (0, 0)
        assert line.source is not None
        assert line.source.why == ""
        if line.source.everything:
            assert line.source.asked == line.documents
            assert _amounts(line.source.sums) == _summed(line)
    _balanced(found["concur_expenses_to_qad"])
    cannot = {flow for flow, line in found.items() if line.target is not None and line.target.never}
    assert cannot == {"qad_payments_to_concur"}

    posted = _done(works, "concur_invoices_to_qad")
    works.target("qad").write(outgoing(works, "concur_invoices_to_qad", posted))
    company, account = _done(works, "qad_suppliers_to_jaggaer"), _done(works, "qad_cost_objects_to_concur")
    written = outgoing(works, "qad_suppliers_to_jaggaer", company)
    info = {**written.body["companyInfo"], "companyName": "Changed by hand"}
    works.target("jaggaer").write(_with(written, companyInfo=info))
    item = outgoing(works, "qad_cost_objects_to_concur", account)
    works.target("concur").write(_with(item, deleted=True))
    had = _invoices(works)
    works.sandbox("qad").add_documents({"generate": {"invoices": 1}})
    supplier = {"code": _done(works, "qad_suppliers_to_concur"), "name": "Changed in QAD"}
    works.sandbox("qad").add_documents({"entity": "suppliers", "documents": [supplier]})

    found = _reconciled(works)
    differences = _differences(found)

    assert differences >= {
        ("concur_invoices_to_qad", Kind.TWICE, posted),
        ("qad_suppliers_to_jaggaer", Kind.DIFFERS, company),
        ("qad_cost_objects_to_concur", Kind.MISSING, account),
        ("qad_suppliers_to_concur", Kind.CHANGED, supplier["code"]),
    }
    unread = {key for flow, kind, key in differences if (flow, kind) == ("qad_invoices_to_jaggaer", Kind.UNREAD)}
    assert unread >= _invoices(works) - had != set()
    assert not unread & {row.source_key for row in works.rows("SELECT source_key FROM documents")}
    assert {kind for _, kind, _ in differences} == {Kind.TWICE, Kind.DIFFERS, Kind.MISSING, Kind.CHANGED, Kind.UNREAD}
    first = found["concur_invoices_to_qad"].differences[0]
    assert (first.kind, first.amount is None, first.record_id is None) == (Kind.TWICE, False, False)
    assert works.sandbox("qad").state("expected"), "nobody was asked to change anything"
    unasked = _reconciled(works, live=False)
    assert _differences(unasked) == set()


def test_a_target_that_fails_is_asked_no_further_and_what_was_not_asked_is_said(unchanged: Works) -> None:
    unchanged.reconfigure(
        "UPDATE connections SET updated_at = clock_timestamp(), "
        "config = config || jsonb_build_object('most_requests_at_once', CAST(:many AS integer))",
        many=5,
    )
    with unchanged.weather(unchanged.sandbox("jaggaer"), "503", "GET"):
        line = _reconciled(unchanged, "acme-jaggaer/qad_accounts_to_jaggaer")["qad_accounts_to_jaggaer"]
    assert line.wrong
    assert line.target is not None
    assert (line.target.asked, line.target.unasked) == (0, line.documents)
    assert line.target.why.startswith("JAGGAER ONE was asked no further, it failed 5 times in a row: ")
    assert {one.kind for one in line.differences} == {Kind.UNASKED}
    assert len(line.differences) == 5 < line.documents, "not every one is another question"


class Interrupted:
    """A target whose question a person stops by Ctrl-C."""

    def __init__(self, target: Any) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def find(self, document: Outgoing) -> None:
        raise KeyboardInterrupt


class Stopping:
    """An application with such a target."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __getattr__(self, name: str) -> Any:
        return getattr(self._application, name)

    def target(self, name: str) -> Interrupted:
        return Interrupted(self._application.target(name))


def test_whoever_stops_the_questions_is_told_what_was_not_asked(unchanged: Works) -> None:
    operator = Operator(application=cast("Application", Stopping(unchanged.application)), actor="operator:test")
    flow = "acme-jaggaer/qad_accounts_to_jaggaer"
    (line,) = reconciling.reconcile(operator, flow, EVER, live=True, report=unheard)
    assert line.wrong
    assert line.target is not None
    assert (line.target.asked, line.target.unasked) == (0, line.documents)
    assert line.target.why == "It was stopped before it was asked about all of them."
    assert line.differences == []


def test_every_figure_is_listed_and_the_period_is_kept(unchanged: Works) -> None:
    flow = "acme-jaggaer/qad_invoices_to_jaggaer"
    line = _reconciled(unchanged, flow, live=False)["qad_invoices_to_jaggaer"]
    for figure in Figure:
        found, count = reconciling.listed(unchanged.operator, flow, EVER, figure, most=1)
        assert count == sum(one.documents for one in line.sums if one.figure is figure)
        assert all(one.figure is figure for one in found)
    every, count = reconciling.listed(unchanged.operator, flow, EVER, None, most=100)
    days = sorted({one.date for one in every})
    assert count == line.documents == len(every)
    for day in days:
        period = accounting_period.Period(first=day, last=day)
        _, count = reconciling.listed(unchanged.operator, flow, period, None, most=1)
        assert count == sum(one.date == day for one in every)
    nothing = accounting_period.read("2019")
    assert reconciling.listed(unchanged.operator, flow, nothing, None, most=1) == ([], 0)


def _invoices(works: Works) -> set[str]:
    return set(works.sandbox("qad").state("holds")["holds"]["invoices"])


def _summed(line: Reconciled) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in line.sums:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.amount
    return sums


def _amounts(sums: Any) -> dict[str, Decimal]:
    return {currency: total.amount for currency, total in sums.items()}


def _balanced(line: Reconciled) -> None:
    assert line.accounts
    for currency in {one.currency for one in line.accounts}:
        of_it = [one for one in line.accounts if one.currency == currency]
        assert sum(one.debit for one in of_it) == sum(one.credit for one in of_it) > 0


def _done(works: Works, flow: str) -> str:
    """The key of a document that its target has."""
    return str(
        works.rows(
            "SELECT r.source_key FROM records r JOIN flows f ON f.id = r.flow_id "
            "WHERE f.name = :flow AND r.state = 'done' ORDER BY r.source_key LIMIT 1",
            flow=flow,
        )[0].source_key
    )


def outgoing(works: Works, flow: str, key: str) -> Outgoing:
    """What was sent of a document."""
    (row,) = works.rows(
        "SELECT r.id, f.name FROM records r JOIN flows f ON f.id = r.flow_id WHERE f.name = :flow AND "
        "r.source_key = :key",
        flow=flow,
        key=key,
    )
    with works.operator.transaction() as tx:
        (sent,) = ledger.reckoning.sent(tx, [row.id])
    assert sent.sealed is not None
    opened = works.application.vault.open(bytes(sent.sealed), payload_identity(sent.sent_id, "target"))
    mapped = bare(canonical.loads(opened))
    entity = registry.flow(flow).target.entity
    return Outgoing(entity=entity, key=mapped["key"], body=mapped["body"], correlation_id=sent.correlation_id)


def _with(document: Outgoing, **more: object) -> Outgoing:
    body = {**document.body, **more}
    return Outgoing(entity=document.entity, key=document.key, body=body, correlation_id=document.correlation_id)


def test_what_is_posted_on_another_account_since_a_period_was_signed_off_is_named(unchanged: Works) -> None:
    operator, vault, flow = unchanged.operator, unchanged.application.vault, "acme-concur/concur_expenses_to_qad"
    closing.sign_off(operator, flow, EVER, "as a trial")
    assert not since_signing.find(operator, flow, EVER).anything
    (row,) = unchanged.rows(
        "SELECT r.id, r.source_key AS key, p.sealed FROM records r JOIN flows f ON f.id = r.flow_id "
        "JOIN payloads p ON p.record_id = r.id AND p.kind = 'target' "
        "WHERE f.name = 'concur_expenses_to_qad' AND r.state = 'done' ORDER BY r.id LIMIT 1"
    )
    place = payload_identity(row.id, "target")
    mapped = canonical.loads(vault.open(bytes(row.sealed), place))
    line = next(one for one in mapped["body"]["lines"] if one["account"])
    was, line["account"] = line["account"], "9999"
    posted = "UPDATE payloads SET sealed = :sealed WHERE record_id = :id AND kind = 'target'"
    unchanged.execute(posted, id=row.id, sealed=vault.seal(canonical.dumps(mapped), place))
    unchanged.execute("UPDATE records SET updated_at = clock_timestamp() WHERE id = :id", id=row.id)
    try:
        found = since_signing.find(operator, flow, EVER)
        shown = month_end_flow.look(operator, flow, EVER)
        of_all = {one.flow.full_name: one.state for one in month_end.overview(operator, EVER)}
        counting_periods.count(operator, EVER)
        with operator.transaction() as tx:
            kept = ledger.period_counts.kept(tx, EVER)
    finally:
        unchanged.execute(posted, id=row.id, sealed=bytes(row.sealed))
    assert kept is not None
    assert kept.posted_otherwise == {shown.standing.flow.id}
    (change,) = found.changes
    assert (change.key, found.figures) == (row.key, [])
    assert change.what.startswith("posted on ")
    assert "9999" in change.what.partition(" instead of ")[0]
    assert {one.account for one in found.accounts} == {was, "9999"}
    assert shown.state == of_all[flow] == "changed since sign-off"
    assert "signed off" in {one.state for one in month_end.overview(operator, EVER)}, "it is as it was again"


def test_what_moves_while_a_period_is_signed_off_is_signed_as_it_stood_at_one_moment(unchanged: Works) -> None:
    operator, vault, flow = unchanged.operator, unchanged.application.vault, "acme-concur/concur_expenses_to_qad"
    (row,) = unchanged.rows(
        "SELECT r.id, p.sealed FROM records r JOIN flows f ON f.id = r.flow_id "
        "JOIN payloads p ON p.record_id = r.id AND p.kind = 'target' "
        "WHERE f.name = 'concur_expenses_to_qad' AND r.state = 'done' ORDER BY r.id LIMIT 1"
    )
    place = payload_identity(row.id, "target")
    mapped = canonical.loads(vault.open(bytes(row.sealed), place))
    next(one for one in mapped["body"]["lines"] if one["account"])["account"] = "8888"
    elsewhere = vault.seal(canonical.dumps(mapped), place)
    posted = "UPDATE payloads SET sealed = :sealed WHERE record_id = :id AND kind = 'target'"
    moves = "UPDATE records SET state = :state WHERE id = :id"

    def meanwhile(what: str, done: int, of: int) -> None:
        """It comes back from the target before postings are added up, and is there on another account after them."""
        if what == "Counting" and done:
            unchanged.execute(moves, id=row.id, state="mapped")
        elif what == "Signing":
            unchanged.execute(moves, id=row.id, state="done")
            unchanged.execute(posted, id=row.id, sealed=elsewhere)

    period = accounting_period.read("2020..2029")
    try:
        closing.sign_off(operator, flow, period, "as a trial", report=meanwhile)
        moved = since_signing.find(operator, flow, period)
    finally:
        unchanged.execute(posted, id=row.id, sealed=bytes(row.sealed))
    assert "8888" in {one.account for one in moved.accounts}, "what was posted after that moment is a change"
    assert not since_signing.find(operator, flow, period).anything, "nothing is otherwise than it stood then"
