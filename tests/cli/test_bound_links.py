"""A link changed by hand is named by ``audit verify`` and ``doctor``, and taken as it is by ``vault confirm``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError
from connector.domain.journey import Step
from connector.domain.record import State
from tests.cli.behind_the_back import found, said, writes
from tests.store.scene import done

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

FLOW = "qad_suppliers_to_jaggaer"
LINK = f"link:acme/{FLOW}/the 30th; \x1b[2Jrm"


@pytest.fixture
def linked(acme: Terminal, built: Application) -> Application:
    """A supplier that the target has, bound as housekeeping binds what an earlier release wrote."""
    writes(
        built,
        "INSERT INTO documents (id, flow_id, source_key, version, fingerprint, target_id, target_key) "
        "SELECT gen_random_uuid(), f.id, :key, 1, 'x', 'S-30', 'S-30' FROM flows f WHERE f.name = :flow",
        key=LINK.rpartition("/")[2],
        flow=FLOW,
    )
    built.store.housekeeping()
    assert found(acme) == set()
    return built


def test_a_changed_link_is_found_and_taken_as_it_is_by_confirm(acme: Terminal, linked: Application) -> None:
    writes(linked, "UPDATE documents SET target_id = 'S-EVIL'")

    assert found(acme) == {LINK}
    (line,) = [check for check in acme("doctor", "--json").json["checks"] if check["what"] == "setup"]
    assert LINK in line["found"]
    assert "\x1b" not in acme("doctor").out

    acme.ok("vault", "confirm", LINK)
    assert found(acme) == set()
    (event,) = acme.json("audit", "show", LINK)
    assert (event["name"], event["detail"]["as"]["target_id"]) == ("operator.confirmed", "S-EVIL")
    assert "There is no 'link:acme/nothing/1'" in said(acme, "vault", "confirm", "link:acme/nothing/1")


def test_links_whose_key_is_gone_are_named_at_once_and_bound_anew_by_confirm(
    acme: Terminal, linked: Application
) -> None:
    writes(linked, "DELETE FROM bindings WHERE id = :id", id="00000000-0000-0000-0000-000000000001")
    assert found(acme) == {"setup:links"}
    assert acme.json("vault", "confirm", "setup:links") is not None
    assert found(acme) == set()
    with linked.store.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM documents WHERE bound IS NULL")).scalar_one() == 0


def test_a_worker_tells_no_source_facts_that_were_changed(scene: Scene, built: Application) -> None:
    record_id = scene.read_one("10", flow=scene.suppliers)
    scene.map(record_id)
    _, claim = scene.sent(scene.held(record_id, Step.LOAD), key="K10")
    taken = replace(done("S-10"), state=State.LOADED, result={"facts": {"company": "10USACO"}})
    assert scene.settle(claim, taken)
    writes(built, """UPDATE records SET result = jsonb_set(result, '{facts,company}', '"EVIL"')""")

    with pytest.raises(ConfigurationError, match="so its source is not told of it"):
        built.whole(scene.held(record_id, Step.CONFIRM))
