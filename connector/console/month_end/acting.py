"""What people do at the end of a month: ask both systems, sign off, take it back, and take the figures away."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from connector.console.month_end.addresses import ONE, PLACE, flow, period, place
from connector.console.serving.answers import Answer, Download, Onward, Said
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations import job_files
from connector.operations.setup import flows
from connector.operations.work import (
    closing,
    closing_job,
    comparing_period,
    counting_periods,
    month_end,
    month_end_flow,
    period_file,
    since_job,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.console.serving.desk import Asked, Desk
    from connector.domain.accounting_period import Period

_INTEGRATION = f"{PLACE}/{{integration}}"


def add(desk: Desk) -> None:
    """Add these."""
    for path, named in ((_INTEGRATION, _integration), (ONE, flow)):
        desk.change(f"{path}/compare", role=Role.OPERATOR, back=PLACE)(partial(_compare, named))
        desk.change(f"{path}/sign-off", role=Role.OPERATOR, back=PLACE)(partial(_sign_off, named))
    desk.change(f"{PLACE}/count", role=Role.OPERATOR, back=PLACE)(_count)
    desk.change(f"{ONE}/withdraw", role=Role.OPERATOR)(_withdraw)
    desk.change(f"{ONE}/changes", role=Role.OPERATOR)(_changes)
    for kind in job_files.FORMATS:
        desk.page(f"{PLACE}.{kind}")(partial(_export, kind))
    desk.change(f"{PLACE}/file", role=Role.VIEWER, back=PLACE)(_make)
    desk.result(counting_periods.KIND, "month_end_counted.html", _as_it_is, role=Role.VIEWER)
    desk.result(closing_job.KIND, "month_end_signed.html", _as_it_is, role=Role.VIEWER)
    desk.result(since_job.KIND, "month_end_since.html", _since, role=Role.VIEWER)
    desk.result(comparing_period.KIND, "month_end_compared.html", _compared, role=Role.VIEWER)


def _compare(named: Callable[[Asked], str], asked: Asked) -> Answer:
    about, name = period(asked), named(asked)
    job = comparing_period.begin(asked.operator, name, about, place=_back(about, name))
    return Onward(place=f"/jobs/{job}")


def _compared(asked: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001 - as every result is drawn
    return {"found": found}


def _changes(asked: Asked) -> Answer:
    about, name = period(asked), flow(asked)
    return Onward(place=f"/jobs/{since_job.begin(asked.operator, name, about, place=_back(about, name))}")


def _since(asked: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:
    row = flows.get(asked.operator, found["flow"])
    named = month_end_flow.called(asked.operator, row, [one["key"] for one in found["changes"][: month_end_flow.SHOWN]])
    return {"it": since_job.amounts(found), "named": named, "most": month_end_flow.SHOWN}


def _count(asked: Asked) -> Answer:
    about = period(asked)
    job = counting_periods.begin(asked.operator, about, place=place(about, asked.field("of")))
    return Onward(place=f"/jobs/{job}")


def _as_it_is(asked: Asked, found: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG001 - as every result is drawn
    return found


def _sign_off(named: Callable[[Asked], str], asked: Asked) -> Answer:
    about, name = period(asked), named(asked)
    back = _back(about, name)
    seen = dict(one.split("=", 1) for one in asked.fields("seen") if "=" in one)
    if closing_job.large(asked.operator, about):
        job = closing_job.begin(asked.operator, name, about, asked.field("why"), seen=seen, place=back)
        return Onward(place=f"/jobs/{job}")
    try:
        signed = closing.sign_off(asked.operator, name, about, asked.field("why"), seen=seen)
    except ConfigurationError as error:
        return Onward(place=back, said=error.message, failed=True)
    what = signed[0].flow if len(signed) == 1 else f"{len(signed)} flows of {name}"
    return Onward(place=back, said=f"Signed off: {what}, {month_end.called(about)}.")


def _withdraw(asked: Asked) -> Answer:
    about, name = period(asked), flow(asked)
    try:
        closing.withdraw(asked.operator, name, about, asked.field("why"))
    except ConfigurationError as error:
        return Onward(place=_back(about, name), said=error.message, failed=True)
    return Onward(place=_back(about, name), said="The sign-off is withdrawn; it stays on record below.")


def _export(kind: str, asked: Asked) -> Answer:
    about, named = period(asked), asked.query("of")
    if closing_job.large(asked.operator, about):
        said = f"{month_end.called(about)} holds so much that its file is made by a job: ask for it here."
        return Onward(place=place(about, named if "/" in named else ""), said=said, failed=True)
    file = period_file.made(asked.operator, named, about, kind)
    return Download(name=file.name, media_type=file.media_type, content=file.content)


def _make(asked: Asked) -> Answer:
    about, named, kind = period(asked), asked.field("of"), asked.field("kind")
    if kind not in job_files.FORMATS:
        raise Said("There is no such file.", HTTPStatus.NOT_FOUND)
    job = period_file.begin(asked.operator, named, about, kind, place=_back(about, named))
    return Onward(place=f"/jobs/{job}")


def _integration(asked: Asked) -> str:
    return asked.path("integration")


def _back(about: Period, name: str) -> str:
    return place(about, name if "/" in name else "")
