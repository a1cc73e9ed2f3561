"""Draws pages. Every text is escaped and made harmless here, whoever wrote it: a template cannot forget it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from connector.console.drawing import chart, states, strip
from connector.console.drawing.spelling import Speller, about, browser, plain, reason
from connector.domain.harmless import harmless
from connector.domain.length import LONGEST, cut
from connector.operations.instructions import in_browser
from connector.operations.work.standing_words import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo


class Drawer:
    """Makes pages of templates; ``files`` are the addresses of what they need."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._environment = Environment(
            loader=PackageLoader("connector.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_finalized,
            auto_reload=False,
        )
        self._environment.globals |= {"files": files, "version": version("ml-connector")}
        self._environment.filters["strip"] = strip.draw
        self._environment.filters["state"] = states.shown
        self._environment.filters["look"] = states.look
        self._environment.filters["plain"] = plain
        self._environment.filters["reason"] = reason
        self._environment.filters["about"] = about
        self._environment.filters["browser"] = browser
        self._environment.filters["told"] = in_browser
        self._environment.filters["because"] = in_words
        self._environment.filters["person"] = person

    def draw(self, template: str, context: Mapping[str, Any], *, zone: ZoneInfo, languages: str) -> str:
        """Draw a page for somebody whose clock is in this zone and whose browser asks for these languages."""
        speller = Speller.of(zone, languages, now=dt.datetime.now(dt.UTC))
        said = {
            "moment": speller.moment,
            "day": speller.day,
            "due": speller.coming,
            "number": speller.number,
            "money": speller.money,
            "took": speller.took,
            "since": speller.since,
            "many": partial(_many, speller),
            "chart": partial(chart.draw, speller),
            "documents_between": chart.documents,
            "zone": zone.key,
            "now": speller.now,
        }
        return self._environment.get_template(template).render({**context, **said})


def _finalized(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return harmless(cut(value, LONGEST))


def person(actor: str | None) -> str:
    """Who did something, as people call them: ``operator:anna (console)`` is ``anna (console)``."""
    return (actor or "").removeprefix("operator:")


def _many(speller: Speller, number: int, one: str, more: str) -> str:
    """``1 document``, ``3 documents``."""
    return f"{speller.number(number)} {one if number == 1 else more}"
