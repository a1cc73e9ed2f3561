from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from tests.cli.behind_the_back import BEHIND, another, code, found, said, writes

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE crosswalks SET target_code = 'EVIL' WHERE source_code = '30'",
        "DELETE FROM crosswalks WHERE source_code = '30'",
        "UPDATE crosswalks SET target_code = CASE target_code WHEN 'SUP-30' THEN 'SUP-LARGE' ELSE 'SUP-30' END",
        "DELETE FROM bindings",
    ],
)
def test_no_payee_is_taken_from_a_crosswalk_that_was_changed(acme: Terminal, payees: Application, change: str) -> None:
    writes(payees, change)

    with another(payees) as fresh:  # a process that knows the codes, and one that does not yet
        for seen in (payees, fresh):
            with pytest.raises(ConfigurationError, match=f"/payment_terms was {BEHIND}, so nothing is posted"):
                code(seen)
    assert "crosswalk:acme/payment_terms" in found(acme)
    assert BEHIND in said(acme, "crosswalk", "set", "payment_terms", "40", "SUP-40")


def test_a_code_that_is_gone_does_not_let_another_one_stand_for_it(payees: Application) -> None:
    assert code(payees, "a", in_any_case=True) == "SUP-SMALL"
    writes(payees, "DELETE FROM crosswalks WHERE source_code = 'a'")

    with pytest.raises(ConfigurationError, match=BEHIND):
        code(payees, "a", in_any_case=True)


def test_a_code_added_behind_the_back_is_refused_in_any_case(payees: Application) -> None:
    writes(payees, "INSERT INTO crosswalks SELECT integration_id, table_name, 'b', 'EVIL' FROM crosswalks LIMIT 1")
    for source in ("b", "B"):
        with pytest.raises(ConfigurationError, match=BEHIND):
            code(payees, source, in_any_case=True)


def test_an_older_crosswalk_with_its_older_seal_is_refused(acme: Terminal, payees: Application) -> None:
    old = writes(payees, "SELECT id, sealed FROM bindings WHERE substr(CAST(id AS text), 15, 1) = '5'")
    acme.ok("crosswalk", "set", "payment_terms", "30", "SUP-99")
    assert code(payees) == "SUP-99"
    writes(payees, "UPDATE crosswalks SET target_code = 'SUP-30' WHERE source_code = '30'")
    writes(payees, "UPDATE bindings SET sealed = :sealed WHERE id = :id", id=old[0].id, sealed=bytes(old[0].sealed))

    with pytest.raises(ConfigurationError, match="older than its newest change"):
        code(payees)


def test_a_crosswalk_whose_codes_are_all_gone_is_missed(acme: Terminal, payees: Application) -> None:
    writes(payees, "DELETE FROM crosswalks")
    writes(payees, "DELETE FROM bindings WHERE substr(CAST(id AS text), 15, 1) = '5'")
    assert found(acme) == {"crosswalk:acme/payment_terms"}
