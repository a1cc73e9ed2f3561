from __future__ import annotations

from connector.domain.exchange import EntityCheck, PingReport, Verdict
from connector.operations.setup.pinging import judged


def report(**verdicts: Verdict) -> PingReport:
    checks = tuple(EntityCheck(entity=entity, path="/", verdict=verdict) for entity, verdict in verdicts.items())
    return PingReport(system="jaggaer", login="as a client", checks=checks)


JAGGAER = dict.fromkeys(("companies", "account_values", "orders", "invoices", "payment_status"), Verdict.FOUND)


def test_an_entity_that_no_integration_of_the_connection_uses_does_not_matter() -> None:
    told = judged(report(**JAGGAER, contracts=Verdict.MISSING), ["qad-jaggaer"])
    assert told.ok
    assert "contracts" not in {check.entity for check in told.checks}


def test_a_missing_entity_that_is_used_matters() -> None:
    assert not judged(report(**JAGGAER | {"invoices": Verdict.MISSING}), ["qad-jaggaer"]).ok


def test_what_a_system_has_not_by_its_nature_matters_to_a_flow_that_is_enabled_alone() -> None:
    has_not = report(**JAGGAER | {"payment_status": Verdict.NOT_OFFERED})
    assert judged(has_not, []).ok
    assert judged(has_not, ["qad-jaggaer"], ["qad_orders_to_jaggaer"]).ok
    told = judged(has_not, ["qad-jaggaer"], ["qad_orders_to_jaggaer", "qad_payments_to_jaggaer"])
    assert [check.entity for check in told.checks if not check.ok] == ["payment_status"]
    assert not told.ok


def test_before_any_integration_one_complete_kind_is_enough() -> None:
    assert judged(report(**JAGGAER, contracts=Verdict.MISSING), []).ok


def test_before_any_integration_an_incomplete_connection_shows_everything() -> None:
    told = judged(report(**JAGGAER | {"orders": Verdict.NOT_PERMITTED}, contracts=Verdict.MISSING), [])
    assert not told.ok
    assert len(told.checks) == 6
