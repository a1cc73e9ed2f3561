"""One document: what is said of it, who sees what it says, and what a person may do about it."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from connector.domain.errors import Refused, Unanswered
from connector.domain.exchange import Safety
from connector.domain.role import Role
from connector.operations.work.meant import record
from tests.console.web.conftest import HOSTILE
from tests.console.web.plant import INVOICES, Plant, golden
from tests.privileged import alter

if TYPE_CHECKING:
    from tests.console.web.conftest import Browser, Console


@pytest.fixture(scope="module")
def plant(console: Console) -> Plant:
    return Plant(console).open()


@pytest.fixture(scope="module")
def operator(console: Console) -> Browser:
    return console.member(Role.OPERATOR)


def text(browser: Browser, place: str) -> str:
    """The page without its markup, on one line."""
    answer = browser.get(place)
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("Location"))
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def state(plant: Plant, which: UUID) -> str:
    return str(plant.rows("SELECT state FROM records WHERE id = :id", id=which)[0].state)


def told(plant: Plant, which: UUID | str, name: str) -> list[tuple[str, dict[str, object]]]:
    """Who did it, and what the trail says of it."""
    rows = plant.rows(
        "SELECT actor, detail FROM audit_events WHERE name = :name AND (subject = :id OR detail ->> 'record' = :id) "
        "ORDER BY id",
        id=str(which),
        name=name,
    )
    return [(row.actor, row.detail) for row in rows]


def test_it_says_in_a_sentence_how_it_stands_and_what_happens_next(plant: Plant, operator: Browser) -> None:
    done = text(operator, f"/documents/{plant.invoice('D-1')}")
    assert "done JAGGAER ONE has it as T-10023|D-1|Invoice" in done
    assert all(stage in done for stage in ("Read from QAD Adaptive", "Mapped", "Sent to JAGGAER ONE"))
    waits = text(operator, f"/documents/{plant.invoice('D-2', case='not-approved')}")
    assert 'waits for three-way match of invoice "D-2" of supplier 10023' in waits
    assert "Has not cleared the three-way match in QAD: it is not approved in QAD." in waits
    assert waits.count("three-way match of invoice") == 1, "what it waits for is said once"
    assert "Next: it looks again" in waits
    assert "not yet: waits" in waits
    needs = text(operator, f"/documents/{plant.invoice('D-3', credit_terms='N77')}")
    assert "needs you no row says what JAGGAER ONE calls payment_terms 'N77'" in needs
    assert "Say what JAGGAER ONE calls it, or correct the field." in needs
    dead = text(operator, f"/documents/{plant.invoice('D-4', case='amounts-do-not-add-up')}")
    assert "but its total is 206.95 EUR. Correct the invoice in QAD" in dead
    assert "Not mapped" in dead


def test_what_it_waits_for_and_what_it_is_called_elsewhere_are_links(plant: Plant, operator: Browser) -> None:
    page = operator.get(f"/documents/{plant.invoice('L-1', supplier_code='99999')}").text
    assert 'href="/documents?q=99999&amp;flow=acme%2Fqad_suppliers_to_jaggaer"' in page
    assert 'href="/documents?q=PO10001&amp;list=1"' in page
    assert 'href="/documents?party=99999"' in page
    page = operator.get(f"/documents/{plant.invoice('L-2', credit_terms='N55')}").text
    assert '<a class="button" href="/work/missing-codes/acme/payment_terms/N55">Set the code' in page


def test_versions_lead_to_each_other(plant: Plant, operator: Browser) -> None:
    first = plant.invoice("V-1")
    second = plant.invoice("V-1", description="changed", modified="2026-11-13T08:00:00+00:00")
    assert first != second
    assert f'href="/documents/{second}">Go there' in operator.get(f"/documents/{first}").text
    assert f'href="/documents/{first}">Version 1' in operator.get(f"/documents/{second}").text


def test_an_address_may_name_it_as_people_do(plant: Plant, operator: Browser) -> None:
    one = plant.invoice("A-1")
    assert operator.get("/documents/A-1").headers["Location"] == f"/documents/{one}"
    assert operator.get("/documents/no-such").status_code == 404
    assert operator.get(f"/documents/{uuid4()}").status_code == 404


def test_its_content_is_for_those_who_may_and_looks_are_in_the_trail(
    plant: Plant, console: Console, operator: Browser
) -> None:
    one = plant.invoice("C-1", description="only for a few")
    viewer = console.member(Role.VIEWER)
    assert viewer.get(f"/documents/{one}/content").status_code == 403
    assert "only for a few" not in viewer.get(f"/documents/{one}").text
    assert "/content" not in viewer.get(f"/documents/{one}").text
    assert told(plant, one, "operator.read_payload") == []
    shown = text(operator, f"/documents/{one}/content")
    assert "header.notes only for a few description only for a few" in shown
    assert "header.terms.standardPaymentTermsCode Net 30 credit_terms N30 payment_terms N30 -> Net 30" in shown
    ((who, said),) = told(plant, one, "operator.read_payload")
    assert (who, said["what"]) == ("operator:some-operator (console)", "content")


def test_content_of_what_was_not_mapped_is_what_was_read(plant: Plant, operator: Browser) -> None:
    shown = text(operator, f"/documents/{plant.invoice('C-2', credit_terms='N88')}/content")
    assert "As it was read" in shown
    assert "credit_terms N88 Correct" in shown
    assert "approved true Correct" not in shown, "that is decided in the source"


def test_nothing_of_a_tenant_is_markup(plant: Plant, operator: Browser) -> None:
    plant.read(
        INVOICES, golden(INVOICES, "not-approved", reference=HOSTILE, invoice_id="I-hostile", description=HOSTILE)
    )
    one = record(plant.console.operator, "I-hostile")
    for place in ("", "/content", "/correct?field=reference"):
        page = operator.get(f"/documents/{one}{place}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\x1b" not in page


def test_it_is_replayed_and_nothing_is_sent_twice(plant: Plant, operator: Browser) -> None:
    one = plant.invoice("R-1")
    writes = list(plant.target.writes)
    operator.post(f"/documents/{one}/replay")
    assert f'href="/documents/{one}" tabindex' in operator.get(f"/documents/{one}").text, "no host that a header named"
    assert state(plant, one) == "done", "without a reason nothing is done"
    answer = operator.post(f"/documents/{one}/replay", why="it was reversed there")
    assert answer.headers["Location"] == f"/documents/{one}"
    assert state(plant, one) == "extracted"
    plant.work()
    assert state(plant, one) == "done"
    assert plant.target.writes == writes
    ((who, said),) = told(plant, one, "operator.replayed")
    assert (who, said["why"]) == ("operator:some-operator (console)", "it was reversed there")


def test_a_dead_letter_is_requeued_or_discarded_with_a_reason(plant: Plant, operator: Browser) -> None:
    plant.target.before = [Refused("the unit is unknown")]
    one = plant.invoice("Q-1")
    page = operator.get(f"/documents/{one}").text
    assert "the unit is unknown" in page
    assert f'action="/documents/{one}/requeue"' in page
    seen = letter_on_page(operator, one)
    operator.post(f"/documents/{one}/requeue", letter=seen)
    assert state(plant, one) == "dead", "without a reason nothing is done"
    operator.post(f"/documents/{one}/requeue", letter=seen, why="the unit is known now")
    assert [said["why"] for _, said in told(plant, one, "operator.requeued")] == ["the unit is known now"]
    plant.work()
    assert state(plant, one) == "done"
    assert f'action="/documents/{one}/requeue"' not in operator.get(f"/documents/{one}").text

    two = plant.invoice("Q-2", case="amounts-do-not-add-up")
    seen = letter_on_page(operator, two)
    operator.post(f"/documents/{two}/discard", letter=seen, why=" ")
    operator.post(f"/documents/{two}/requeue", letter=seen, why="it is mended")
    plant.work()
    operator.post(f"/documents/{two}/discard", letter=seen, why="of before it died once more")
    assert told(plant, two, "operator.discarded") == [], "without a reason nothing is done, nor unseen"
    seen = letter_on_page(operator, two)
    operator.post(f"/documents/{two}/discard", letter=seen, why="posted by hand")
    operator.post(f"/documents/{two}/replay", letter=seen, why="by whoever saw it open")
    assert state(plant, two) == "dead"
    ((_, said),) = told(plant, two, "operator.discarded")
    assert said["why"] == "posted by hand"
    assert "closed discarded: posted by hand" in text(operator, f"/documents/{two}")


@pytest.mark.parametrize(("found", "sent"), [("yes", 1), ("no", 2)])
def test_a_doubt_is_settled_with_what_a_person_found(plant: Plant, operator: Browser, found: str, sent: int) -> None:
    plant.target.kind, plant.target.after = Safety.NONE, [Unanswered("no answer came")]
    one = plant.invoice(f"S-{found}")
    plant.run_due()
    page = text(operator, f"/documents/{one}")
    assert "Does JAGGAER ONE have it?" in page
    assert "No answer from JAGGAER ONE" in page
    assert "dead settle" not in page, "the page is not the command line"
    assert f"Search the target for 10023|S-{found.upper()}|Invoice." in page
    assert "Requeue" not in page
    letter = seen_letter(operator, one)
    operator.post(f"/documents/{one}/settle", **letter, found=found, there="JAG-9")
    plant.work()
    plant.target.kind = Safety.ASK_FIRST
    assert state(plant, one) == "done"
    assert plant.target.writes.count(f"10023|S-{found.upper()}|Invoice") == sent
    ((_, said),) = told(plant, one, "operator.settled")
    assert said["there"] is (found == "yes")


def letter_on_page(operator: Browser, document: UUID) -> str:
    found = re.search(r'name="letter" value="([^"]+)"', operator.get(f"/documents/{document}").text)
    assert found
    return found[1]


def seen_letter(operator: Browser, document: UUID) -> dict[str, str]:
    page = operator.get(f"/documents/{document}").text
    found = re.search(r'name="letter" value="([^"]+)"><input type="hidden" name="attempt" value="([^"]+)"', page)
    assert found
    return {"letter": found[1], "attempt": found[2]}


def test_what_was_found_counts_for_the_write_that_somebody_looked_for_and_for_no_later_one(
    plant: Plant, operator: Browser
) -> None:
    """Two colleagues have the same doubt on their screens; what the first has sent again may be in the target."""
    plant.target.kind, plant.target.after = Safety.NONE, [Unanswered("no answer came"), Unanswered("nor this time")]
    one = plant.invoice("S-TWICE")
    plant.run_due()
    letter = seen_letter(operator, one)
    said_nothing = operator.post(f"/documents/{one}/settle", **letter)
    assert "Say whether it is there" in text(operator, said_nothing.headers["Location"])
    operator.post(f"/documents/{one}/settle", **letter, found="no")
    plant.run_due()
    assert plant.target.writes.count("10023|S-TWICE|Invoice") == 2
    assert seen_letter(operator, one) != letter, "in doubt again, about another write"

    stale = operator.post(f"/documents/{one}/settle", **letter, found="no")
    plant.run_due()
    assert "is resolved already" in text(operator, stale.headers["Location"])
    assert plant.target.writes.count("10023|S-TWICE|Invoice") == 2


def test_a_field_is_corrected_after_it_was_shown_what_that_does(plant: Plant, operator: Browser) -> None:
    one = plant.invoice("F-1", credit_terms="N99")
    form = operator.get(f"/documents/{one}/correct?field=credit_terms").text
    assert 'name="value" value="N99"' in form
    tried = operator.post(f"/documents/{one}/correct/try", field="credit_terms", value="N30")
    shown = " ".join(unescape(re.sub(r"<[^>]+>", " ", tried.text)).split())
    assert "Was read as N99 Corrected N30" in shown
    assert "Then invoices 10023|F-1|Invoice would be sent." in shown
    assert "Set payment_terms N99 → Net 30" in shown
    assert state(plant, one) == "extracted", "nothing is written yet"
    given = {"field": "credit_terms", "value": "N30", "print": found(tried.text, "print")}

    other = operator.post(f"/documents/{one}/correct", **{**given, "print": "0"}, why="as the supplier says")
    assert "something else by now" in other.text
    assert state(plant, one) == "extracted"
    answer = operator.post(f"/documents/{one}/correct", **given, why="as the supplier says", code="payment_terms:N99")
    went_on = UUID(answer.headers["Location"].rpartition("/")[2])
    plant.work()
    assert (state(plant, one), state(plant, went_on)) == ("superseded", "done")
    ((who, said),) = told(plant, went_on, "operator.corrected")
    assert (who, said["why"]) == ("operator:some-operator (console)", "as the supplier says")
    assert state(plant, plant.invoice("F-2", credit_terms="N99")) == "done", "the row is set for the next one"


def test_a_correction_says_what_of_it_was_not_done(plant: Plant, operator: Browser) -> None:
    one = plant.invoice("F-5", credit_terms="N97")
    tried = operator.post(f"/documents/{one}/correct/try", field="credit_terms", value="N30")
    given = {"field": "credit_terms", "value": "N30", "print": found(tried.text, "print")}
    store = plant.console.operator.application.store
    alter(store, "ALTER TABLE crosswalks ADD CONSTRAINT refusing CHECK (source_code <> 'N97')")
    answer = operator.post(f"/documents/{one}/correct", **given, why="as they say", code="payment_terms:N97")
    alter(store, "ALTER TABLE crosswalks DROP CONSTRAINT refusing")
    said = unescape(operator.get(answer.headers["Location"]).text)
    assert "Version 2 goes on in its place" in said
    assert "Only that was done: payment_terms N97 is Net 30 was not set" in said


def found(page: str, name: str) -> str:
    hit = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert hit
    return hit[1]


def test_a_correction_that_does_not_help_is_said_where_it_is_typed(plant: Plant, operator: Browser) -> None:
    one = plant.invoice("F-3", credit_terms="N66")
    for field, value, says in (
        ("invoice_id", "I-9", "another one is another document"),
        ("approved", "true", "decided in the source"),
        ("no_such_field", "1", "changes nothing of what becomes"),
    ):
        page = unescape(operator.post(f"/documents/{one}/correct/try", field=field, value=value).text)
        assert says in page, field
        assert f'name="value" value="{value}"' in page, "what was typed is still there"
        assert "Show what it changes" in page, "nothing is to be confirmed"
    done = plant.invoice("F-4")
    assert "/correct" not in operator.get(f"/documents/{done}").text
    assert "is not stuck" in unescape(operator.post(f"/documents/{done}/correct/try", field="x", value="y").text)


def test_its_file_is_taken_away_and_holds_no_content(plant: Plant, console: Console) -> None:
    one = plant.invoice("T-1", description="only for a few")
    viewer = console.member(Role.VIEWER)
    page = viewer.get(f"/documents/{one}/file/page")
    assert "attachment" in page.headers["Content-Disposition"]
    assert "The trail of I-T-1 is whole" in page.text
    rows = list(csv.DictReader(io.StringIO(viewer.get(f"/documents/{one}/file/csv").text)))
    assert {"event", "attempt", "answer"} <= {row["kind"] for row in rows}
    assert "only for a few" not in page.text
    assert viewer.get(f"/documents/{one}/file/exe").status_code == 404
