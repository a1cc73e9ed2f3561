"""``/jobs``: what takes longer than somebody waits for a page; how far it is, and what came of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from connector.console.serving.answers import Answer, Download, Onward, Page, Said
from connector.domain.role import Role
from connector.operations import job_files, jobs

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

PLACE = "/jobs"
_ONE = f"{PLACE}/{{job}}"
_SECONDS = 2


def add(desk: Desk) -> None:
    """Add these pages."""

    def show(asked: Asked) -> Answer:
        job = jobs.get(asked.operator, _number(asked))
        shown = {"job": job, "share": min(job.done / job.of, 1) if job.of else None, "hidden": False}
        template, drawn = "job.html", desk.results.get(job.kind)
        if drawn is not None and job.result is not None:
            shown["hidden"] = not asked.who.role.may(drawn.role)
            found = None if shown["hidden"] else jobs.result(asked.operator, job)
            if found is not None:
                template = drawn.template
                shown |= drawn.shows(asked, found)
        return Page(template=template, title=job.about, shows=shown, live=job.under_way, every=_SECONDS)

    desk.page(PLACE)(_list)
    desk.page(_ONE)(show)
    desk.page(f"{_ONE}/file")(_file)
    desk.result(job_files.KIND, "job_file.html", lambda _, found: found, role=Role.VIEWER)
    desk.change(f"{_ONE}/stop", role=Role.VIEWER)(_stop)


def _list(asked: Asked) -> Answer:
    found = jobs.list_(asked.operator)
    return Page(template="jobs.html", title="Jobs", shows={"jobs": found}, live=any(job.under_way for job in found))


def _file(asked: Asked) -> Answer:
    found = job_files.read(asked.operator, _number(asked))
    return Download(name=found.name, media_type=found.media_type, content=found.content)


def _stop(asked: Asked) -> Answer:
    number = _number(asked)
    stopped = jobs.stop(asked.operator, number, others=asked.who.role.may(Role.OPERATOR))
    said = "It stops after the step it is at; what it did stands." if stopped else "It had ended already."
    return Onward(place=f"{PLACE}/{number}", said=said)


def _number(asked: Asked) -> UUID:
    try:
        return UUID(asked.path("job"))
    except ValueError:
        raise Said("There is no such job.", HTTPStatus.NOT_FOUND) from None
