from __future__ import annotations

import datetime as dt
from decimal import Decimal
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from connector.console.drawing import states, strip
from connector.console.drawing.drawer import Drawer
from connector.console.drawing.spelling import Speller, about, browser, plain
from connector.operations.health.overview import Bar

NOW = dt.datetime(2026, 11, 29, 12, 30, tzinfo=dt.UTC)


def speller(languages: str = "en-GB,en;q=0.9", zone: str = "Europe/Berlin") -> Speller:
    return Speller.of(ZoneInfo(zone), languages, now=NOW)


@pytest.mark.parametrize(
    ("at", "spelled"),
    [
        (dt.datetime(2026, 11, 29, 11, 5, 9, tzinfo=dt.UTC), "12:05"),
        (dt.datetime(2026, 11, 29, 23, 30, tzinfo=dt.UTC), "tomorrow 00:30"),
        (dt.datetime(2026, 11, 28, 22, 30, tzinfo=dt.UTC), "yesterday 23:30"),
        (dt.datetime(2026, 7, 3, 6, 0, tzinfo=dt.UTC), "3 Jul 08:00"),
        (dt.datetime(2025, 12, 31, 23, 30, tzinfo=dt.UTC), "1 Jan 00:30"),
        (dt.datetime(2025, 12, 31, 22, 30, tzinfo=dt.UTC), "31 Dec 2025 23:30"),
    ],
)
def test_a_moment_is_spelt_in_the_zone_of_the_viewer_with_the_exact_one_to_be_pointed_at(
    at: dt.datetime, spelled: str
) -> None:
    said = str(speller().moment(at))
    assert f">{spelled}</time>" in said
    assert f'datetime="{at.isoformat()}"' in said
    assert f'title="{at.astimezone(ZoneInfo("Europe/Berlin")):%Y-%m-%d %H:%M:%S}' in said


def test_what_is_not_known_or_comes_at_once_is_said() -> None:
    assert speller().moment(None) == "never"
    assert speller().coming(NOW) == "due"
    assert ">12:31</time>" in str(speller(zone="UTC").coming(NOW + dt.timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("languages", "number", "money"),
    [
        ("", "1,234,567", "-1,234.500 KWD"),
        ("de-DE,de", "1.234.567", "-1.234,500 KWD"),
        ("de-CH", "1\u2019234\u2019567", "-1\u2019234.500 KWD"),
        ("fr;q=0.8", "1\u202f234\u202f567", "-1\u202f234,500 KWD"),
        ("xx,de-AT", "1\u00a0234\u00a0567", "-1\u00a0234,500 KWD"),
        ("x" * 5000, "1,234,567", "-1,234.500 KWD"),
    ],
)
def test_numbers_are_spelt_for_the_viewer_and_no_digit_of_an_amount_is_lost(
    languages: str, number: str, money: str
) -> None:
    spelled = speller(languages)
    assert spelled.number(1_234_567) == number
    shown = unescape(str(spelled.money(Decimal("-1234.500"), "KWD")))
    assert shown == f'<span class="money">{money.replace("KWD", "<abbr>KWD</abbr>")}</span>'
    assert spelled.money(None, "EUR") == ""


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("839.1", "EUR", "839.10"),
        ("237", "USD", "237.00"),
        ("7", "JPY", "7"),
        ("1.0005", "EUR", "1.0005"),
        ("7", "", "7"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_and_all_its_own(amount: str, currency: str, shown: str) -> None:
    money = str(speller("").money(Decimal(amount), currency))
    assert money == f'<span class="money">{shown} <abbr>{currency}</abbr></span>'


@pytest.mark.parametrize(
    ("seconds", "spelled"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12, "12 s"),
        (61, "1 min"),
        (7260, "2 h 1 min"),
        (7200, "2 h"),
        (180_000, "2 d 2 h"),
    ],
)
def test_a_duration_is_spelt_in_its_largest_units(seconds: float, spelled: str) -> None:
    assert speller().took(dt.timedelta(seconds=seconds)) == spelled


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (None, "not set"),
        ("", "not set"),
        ([], "none"),
        (["a", "b"], "a, b"),
        (True, "true"),
        (Decimal("5.0"), "5.0"),
        ([1], "[1]"),
    ],
)
def test_a_setting_is_shown_as_it_would_be_written(value: object, spelled: str) -> None:
    assert plain(value) == spelled


@pytest.mark.parametrize(
    ("said", "spelled"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0",
            "Edge 141 on Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 on Linux"),
        ("Mozilla/5.0 (iPhone; CPU OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari 18 on iPhone"),
        ("curl/8.5", "curl/8.5"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_called_in_few_words(said: str, spelled: str) -> None:
    assert browser(said) == spelled


def test_a_strip_says_in_words_what_it_draws_and_escapes_what_others_said() -> None:
    bars = [Bar(went="done", new=1000, told="ok"), Bar(went="failed", new=0, told="<script>")]
    drawn = str(strip.draw(bars))
    assert drawn.count("<rect") == 2
    assert 'class="bad"' in drawn
    assert "<script>" not in drawn
    assert 'aria-label="No run yet"' in str(strip.draw([]))


def test_a_state_is_a_word_and_one_that_nobody_knows_is_quiet() -> None:
    assert str(states.shown("<b>")) == '<span class="state quiet">&lt;b&gt;</span>'


def test_what_a_page_shows_has_no_sign_that_hides_or_turns_others_round() -> None:
    drawn = Drawer({"icon.svg": "/i", "console.css": "/c", "console.js": "/j"}).draw(
        "sorry.html",
        {"sentence": "<b>\u202eevil\x1b[2J" + "x" * 3000, "title": "T", "me": None, "live": False, "proof": ""},
        zone=ZoneInfo("UTC"),
        languages="",
    )
    assert "&lt;b&gt;\ufffdevil\u241b[2J" in drawn
    assert "(3012 characters)" in drawn


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            'Invoice "47 a" of supplier S1 (QAD 2026/7) has not cleared it: "47 a" waits.',
            'Has not cleared it: "47 a" waits.',
        ),
        ('Invoice "47 a" of S1 was taken back.', "Was taken back."),
        ('Report "47 a" waits.', "Waits."),
        ('No receiver matching in QAD for invoice "47 a" of supplier S1.', None),
        ('Invoice "48" of supplier S1 waits.', None),
        ('Invoice "47 a"', None),
        ("", None),
    ],
)
def test_a_row_does_not_name_its_document_again(said: str, shown: str | None) -> None:
    assert about(said, "47 a") == (said if shown is None else shown)
    assert about(said, None) == said
