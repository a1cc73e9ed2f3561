"""One field of one stuck record is corrected on a copy: who may be, what is shown, and that nothing is posted twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import canonical
from connector.domain.errors import ConfigurationError, Refused, Unanswered
from connector.domain.exchange import Safety
from connector.domain.gate import LinkNeed
from connector.domain.outcome import Wait
from connector.domain.payload import bare, payload_identity
from connector.domain.summary import Summary
from connector.operations.work import correcting, records
from connector.pipeline.poll import poll
from connector.store import operator as ledger
from connector.store.operator.records import Filter
from tests.pipeline.doubles import FakeAcknowledgingSource, FakeSource
from tests.pipeline.parts import CLAIMS, ORDER
from tests.pipeline.reapplied import CODED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Row
    from connector.domain.gate import Known
    from connector.operations.work.correcting import Proposal
    from connector.store.operator.records import Record
    from tests.pipeline.conftest import Bench
    from tests.pipeline.office import Office

ORDERED = LinkNeed(flow=ORDER, key="4711")
PARKED = {"part": "p1", "unit": "EACH", "n": "5"}


def stick(office: Office, bench: Bench, part: dict[str, Any] | None = None) -> Any:
    bench.read(part or PARKED)
    bench.work()
    return bench.record("p1").id


def proposed(office: Office, record: Any, field: str = "unit", value: str = "EA") -> Proposal:
    return correcting.propose(office.operator, record, field, value)


def corrected(office: Office, record: Any, field: str = "unit", value: str = "EA") -> Record:
    return correcting.correct(office.operator, proposed(office, record, field, value), "as the supplier says")


def refused(office: Office, record: Any, field: str = "unit", value: str = "EA") -> str:
    with pytest.raises(ConfigurationError) as error:
        corrected(office, record, field, value)
    return error.value.message


def payloads(bench: Bench) -> dict[int, dict[str, Any]]:
    """Source documents by version, in clear."""
    found = bench.rows(
        "SELECT r.id, r.version, p.sealed FROM payloads p JOIN records r ON r.id = p.record_id WHERE p.kind = 'source'"
    )
    return {
        row.version: bare(canonical.loads(bench.vault.open(bytes(row.sealed), payload_identity(row.id, "source"))))
        for row in found
    }


def test_a_proposal_shows_what_changes_and_writes_nothing(office: Office, bench: Bench) -> None:
    record = stick(office, bench)

    shown = proposed(office, record)

    assert (shown.field, shown.before, shown.after) == ("unit", "EACH", "EA")
    assert shown.was == ("park", "It would wait until the crosswalk has units 'EACH'; add it with `crosswalk set`.")
    assert shown.becomes == ("send", "parts p1 would be sent.")
    assert {one.path: one.after for one in shown.target} == {"unit": "each", "change": "new", "n": "5"}
    (instead,) = shown.instead
    assert (instead.table, instead.source, instead.target, instead.now) == ("units", "EACH", "each", None)
    assert bench.records() == {("p1", 1): "extracted"}
    assert [name for name, _ in office.told("operator:operator:ann")] == ["operator.read_payload"]


def test_what_is_corrected_goes_on_once_and_what_was_read_stays(office: Office, bench: Bench) -> None:
    went_on = corrected(office, stick(office, bench))
    bench.work()

    assert bench.target.writes == ["p1"]
    assert bench.target.holds["p1"] == {"unit": "each", "change": "new", "n": "5"}
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}
    assert payloads(bench) == {1: PARKED, 2: {**PARKED, "unit": "EA"}}
    assert office.told(bench.record("p1").id)[-1][1]["why"] == "a person corrected it: version 2 goes on in its place"
    (name, detail), *_ = office.told(went_on.id)
    assert (name, detail["field"], detail["from"], detail["to"]) == ("operator.corrected", "unit", "EACH", "EA")
    assert (detail["of"], detail["was"]) == (str(bench.record("p1").id), "park")
    assert detail["why"] == "as the supplier says"

    with office.operator.transaction() as tx:
        assert [one.id for one in ledger.listing.list_(tx, Filter(key="p1"))] == [went_on.id, bench.record("p1").id]
    assert bench.rows("SELECT number FROM summaries WHERE record_id = :id", id=went_on.id)[0].number == "p1"
    bench.read(PARKED)
    bench.work()
    assert bench.target.writes == ["p1"], "its source lists it as before: that is no newer version"


def test_a_value_that_is_no_code_is_not_in_the_trail(office: Office, bench: Bench) -> None:
    went_on = corrected(office, stick(office, bench, {"part": "p1", "unit": "EA", "broken": "John Doe"}), "broken", "")

    ((_, detail),) = office.told(went_on.id)
    assert detail["field"] == "broken"
    assert "John Doe" not in str(detail)
    assert "from" not in detail


def test_what_the_document_is_called_is_in_the_trail(office: Office, bench: Bench) -> None:
    def called(part: Mapping[str, Any]) -> Summary:
        return Summary(kind="part", number=part["part"], amount=Decimal(part["n"]), party_name=part["name"])

    office.release(replace(CODED, summarise=called))
    record = stick(office, bench, {**PARKED, "name": "John Doe"})
    office.code("EACH", "each")

    (_, detail), *_ = office.told(corrected(office, record, "n", "6").id)
    assert detail["called"] == {"amount": ["5", "6"]}


def test_a_dead_letter_is_closed_and_what_was_refused_is_sent_once_more(office: Office, bench: Bench) -> None:
    bench.target.before = [Refused("unit unknown")]
    record = stick(office, bench, {"part": "p1", "unit": "EA"})
    assert bench.letters_of_the_dead() == {"p1": "refused"}

    corrected(office, record, value="KG")
    bench.work()

    assert bench.letters_of_the_dead() == {}
    assert bench.answers("p1") == ["refused", "accepted"]
    assert bench.target.holds["p1"]["unit"] == "kilo"


def test_what_is_not_stuck_is_not_corrected(office: Office, bench: Bench) -> None:
    bench.read({"part": "p1", "unit": "EA"})
    record = bench.record("p1").id
    assert "it is not stuck (extracted)" in refused(office, record, value="KG")
    bench.execute("UPDATE records SET lease_owner = :worker", worker=bench.world.worker)
    assert "a worker is busy with it" in refused(office, record, value="KG")
    bench.execute("UPDATE records SET lease_owner = NULL")
    bench.work()
    assert "it is not stuck (done)" in refused(office, record, value="KG")
    bench.execute("UPDATE records SET state = 'rejected'")
    assert "its source was told that it was refused" in refused(office, record, value="KG")
    bench.read({"part": "p1", "unit": "EA", "n": "2"})
    assert "version 2 of p1 has been read since" in refused(office, record, value="KG")
    bench.execute("UPDATE records SET state = 'dead' WHERE version = 2")
    assert "a person discarded its dead letter" in refused(office, bench.record("p1", 2).id, value="KG")
    bench.execute(
        "INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion) "
        "SELECT gen_random_uuid(), id, flow_id, 'refused', '', '' FROM records WHERE version = 2"
    )
    bench.execute("UPDATE records SET result = '{\"facts\": {}}' WHERE version = 2")
    assert "the target has it already" in refused(office, bench.record("p1", 2).id, value="KG")


def test_a_write_without_an_answer_is_settled_first(office: Office, bench: Bench) -> None:
    bench.target.kind, bench.target.after = Safety.NONE, [Unanswered("The target did not answer.")]
    record = stick(office, bench, {"part": "p1", "unit": "EA"})
    bench.due()
    bench.work()

    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}
    assert "`ml-connector dead settle` first" in refused(office, record, value="KG")
    bench.execute("UPDATE dead_letters SET code = 'retries_exhausted'")
    assert "`ml-connector dead settle` first" in refused(office, record, value="KG"), "whatever the letter says"


def test_what_the_document_is_known_by_stays(office: Office, bench: Bench) -> None:
    record = stick(office, bench)

    assert "part is what the document is known by" in refused(office, record, "part", "p2")


def test_what_the_target_has_keeps_its_key_there(office: Office, bench: Bench) -> None:
    office.loaded({"part": "p1", "unit": "EA", "keyed": True})
    bench.read({"part": "p1", "unit": "EACH", "keyed": True})
    bench.work()
    record = bench.record("p1", 2).id

    why = refused(office, record, value="KG")
    assert "Target B has p1 as each, or may have it; corrected like this it would be kilo, a second one." in why
    corrected(office, record, value="EA")
    bench.work()
    assert set(bench.target.writes) == {"each"}


def test_what_was_replayed_and_waits_is_sent_as_a_change(office: Office, bench: Bench) -> None:
    office.code("EACH", "each")
    office.loaded(PARKED)
    bench.execute("UPDATE records SET result = '{\"facts\": {}}'")
    bench.execute("DELETE FROM crosswalks WHERE source_code = 'EACH'")
    records.replay(office.operator, bench.record("p1").id)
    bench.work()

    corrected(office, bench.record("p1").id, value="KG")
    bench.work()
    assert bench.target.holds["p1"] == {"unit": "kilo", "change": "update", "n": "5"}
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "done"}


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("unit", "EACH", "changes nothing of what becomes of p1"),
        ("colour", "red", "changes nothing of what becomes of p1"),
        ("skip", "yes", "could not be sent either: parts like this stay where they are"),
        ("lines.3.unit", "EA", "has no field 'lines.3.unit'. Did you mean 'lines.1.unit'?"),
        ("unti", "EA", "has no field 'unti'. Did you mean 'unit'?"),
        ("approved", "true", "approved says what was decided in the source"),
        ("lines", "EA", "lines has fields of its own; name one of them, such as lines.1.unit"),
        ("unit", "E\x00A", "printable characters"),
        ("known", "perhaps", "known is either true or false"),
    ],
)
def test_a_correction_that_does_not_help_is_none(
    office: Office, bench: Bench, field: str, value: str, why: str
) -> None:
    office.release(replace(CODED, controls=("approved",)))
    record = stick(office, bench, {**PARKED, "lines": [{"unit": "EA"}], "known": True, "approved": False})

    assert why in refused(office, record, field, value)
    assert bench.records() == {("p1", 1): "extracted"}


@pytest.mark.parametrize(
    ("needs", "value", "becomes"), [((), "EA", ""), ((ORDERED,), "EA", "send"), ((ORDERED,), "", "")]
)
def test_no_gate_is_corrected_away(
    office: Office, bench: Bench, needs: tuple[LinkNeed, ...], value: str, becomes: str
) -> None:
    gate = Wait(gate="order 4711", why="It waits for its order.", needs=needs)

    def mapped(part: Mapping[str, Any], known: Known, options: Mapping[str, Any]) -> Any:
        return gate if part["unit"] == "EACH" else CODED.map(part, known, options)

    office.release(replace(CODED, map=mapped))
    office.code("", "nothing")
    record = stick(office, bench)

    if becomes:
        assert proposed(office, record, value=value).becomes[0] == becomes
    else:
        assert "p1 waits for order 4711, and that is not corrected away" in refused(office, record, value=value)


def test_nobody_puts_the_original_in_the_place_of_the_copy(office: Office, bench: Bench) -> None:
    corrected(office, stick(office, bench))
    bench.execute(
        "UPDATE payloads SET sealed = (SELECT sealed FROM payloads WHERE record_id = :of) WHERE record_id = :id",
        of=bench.record("p1").id,
        id=bench.record("p1", 2).id,
    )
    bench.work()

    assert bench.target.writes == []


def test_who_moves_it_meanwhile_is_not_overruled(office: Office, bench: Bench) -> None:
    record = stick(office, bench)
    shown = proposed(office, record)
    office.code("EACH", "each")
    bench.due()
    bench.work()

    with pytest.raises(ConfigurationError, match=r"not stuck \(done\)"):
        correcting.correct(office.operator, shown, "as the supplier says")
    assert bench.target.writes == ["p1"]


def test_a_version_that_was_being_read_meanwhile_is_read_again(office: Office, bench: Bench) -> None:
    record = stick(office, bench)
    newer = {**PARKED, "n": "7"}

    class Meanwhile(FakeSource):
        """Somebody corrects while a document is read."""

        def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
            corrected(office, record)
            return row.payload

    bench.source = Meanwhile()
    bench.read(newer)
    assert bench.records() == {("p1", 1): "superseded", ("p1", 2): "extracted"}

    bench.source = FakeSource(batches=[[newer]])
    (asked,) = bench.rows("SELECT id FROM runs WHERE only_key = 'p1'")
    poll(bench.world, asked.id)
    assert payloads(bench)[3] == newer
    assert bench.record("p1", 2).why == "a newer version was read, which counts instead of the correction"


def test_a_source_that_was_told_of_the_document_is_not_told_twice(office: Office, bench: Bench) -> None:
    bench.source = source = FakeAcknowledgingSource()
    bench.read({"part": "c1", "unit": "BOX"}, flow=CLAIMS)
    bench.work()
    office.code("SET", "set")
    correcting.correct(office.operator, proposed(office, bench.record("c1").id, value="SET"), "a box is a set")
    bench.work()

    assert source.acknowledged == ["c1"]
    assert [part for part, _ in source.confirmed] == ["c1"]
    assert bench.records() == {("c1", 1): "superseded", ("c1", 2): "done"}


def test_the_record_that_was_corrected_is_not_sent_again(office: Office, bench: Bench) -> None:
    record = stick(office, bench)
    corrected(office, record)

    with pytest.raises(ConfigurationError, match="version 2 of p1 has been read since"):
        records.replay(office.operator, record)
