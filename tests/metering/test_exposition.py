from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from connector.metering import names
from connector.metering.exposition import Kept, text_of


def test_what_operators_named_cannot_break_out_of_its_label() -> None:
    hostile = 'acme"} 1\n# evil{\\'
    (family,) = text_string_to_metric_families(text_of([(names.ENABLED, (hostile, "a"), 1.0)]).decode())
    (sample,) = family.samples
    assert sample.labels == {"integration": hostile, "flow": "a"}


def test_what_is_told_twice_is_there_once() -> None:
    text = text_of([(names.LEDGER_UP, (), 1.0), (names.LEDGER_UP, (), 0.0)]).decode()
    assert text.splitlines()[-1] == "ml_connector_ledger_up 0.0"


def test_the_ledger_is_asked_once_however_often_somebody_scrapes() -> None:
    now, asked = [100.0], []

    def read() -> bytes:
        asked.append(now[0])
        return b"%d" % len(asked)

    kept = Kept(read, seconds=10, clock=lambda: now[0])
    assert (kept(), kept()) == (b"1", b"1")
    now[0] += 10
    assert kept() == b"2"
    assert asked == [100.0, 110.0]
