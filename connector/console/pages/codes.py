"""``/codes``: what is called what; missing codes first, then tables, whose rows are edited in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from connector.console.pages.work import code_place, lacking
from connector.console.serving.answers import Answer, Onward, Page
from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.giving_reasons import reason
from connector.operations.setup import code_tables, crosswalks, target_codes
from connector.operations.setup.crosswalks import Code
from connector.operations.work import codes_used

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.console.serving.desk import Asked, Desk

PLACE = "/codes"
_TABLE = f"{PLACE}/{{integration}}/tables/{{table}}"
#: what a job is called whose result this draws
KIND = "unused codes"
_DAYS = (30, 90, 365)
#: so long a page waits for an answer before it shows how far asking is
_PATIENCE_SECONDS = 3.0
#: rows that nobody asked for, as far as they can be ticked
_TICKED = 100


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(PLACE)(_all)
    desk.page(_TABLE)(_table)
    desk.change(f"{_TABLE}/ask", role=Role.OPERATOR)(_ask)
    desk.result(target_codes.KIND, "codes_asked.html", _asked, role=Role.VIEWER)
    desk.change(f"{_TABLE}/set", role=Role.OPERATOR)(_set)
    desk.change(f"{_TABLE}/remove", role=Role.OPERATOR)(_remove)
    desk.change(f"{_TABLE}/uses", role=Role.OPERATOR)(_uses)
    desk.result(KIND, "codes_unused.html", _unused, role=Role.VIEWER)


def table_place(integration: str, table: str) -> str:
    """The page of a table."""
    return f"{PLACE}/{quote(integration, safe='')}/tables/{quote(table, safe='')}"


def _all(asked: Asked) -> Answer:
    found, wanted = code_tables.all_(asked.operator)
    shows = {
        "found": found,
        "wanted": [(one, code_place(one.integration, one.table, one.source)) for one in wanted],
        "place_of": table_place,
    }
    return Page(template="codes.html", title="Codes", shows=shows)


def _table(asked: Asked) -> Answer:
    integration, table = asked.path("integration"), asked.path("table")
    wanted, tried = asked.query("q").strip(), asked.query("try").strip()
    after = asked.query("after")
    found = code_tables.open_(asked.operator, integration, table, beginning=wanted, after=after)
    place = table_place(integration, table)
    words = {"q": wanted, "after": found.behind}
    return Page(
        template="codes_table.html",
        title=table,
        shows={
            "integration": integration,
            "opened": found,
            "place": place,
            "wanted": wanted,
            "first": bool(after),
            "next": f"{place}?{urlencode({k: v for k, v in words.items() if v})}" if found.behind else "",
            "missing": [(one, code_place(one.integration, one.table, one.source)) for one in found.missing],
            "choices": target_codes.known(asked.operator, integration, table),
            "tried": code_tables.becomes(asked.operator, integration, table, tried) if tried else None,
            "days": _DAYS,
        },
    )


def _set(asked: Asked) -> Answer:
    integration, table = asked.path("integration"), asked.path("table")
    code = Code(table=table, source=asked.field("source").strip(), target=asked.field("target").strip())
    why = asked.field("why").strip()
    there = crosswalks.said(asked.operator, integration, table, code.source)
    if asked.field("change"):
        why = reason(why)
        if asked.field("was") not in {there, code.target}:
            raise ConfigurationError(
                f"Somebody changed {code.source} meanwhile: it is {there or 'removed'} now. Look, and try again."
            )
    elif there not in {None, code.target}:
        raise ConfigurationError(f"{code.source} has a row already: change it below, and say why.")
    filled = crosswalks.fill(asked.operator, integration, [code], why)
    did = "added" if filled.created else "changed" if filled.changed else "as it was"
    said = f"{code.source} is {code.target}: {did}."
    if filled.released:
        said += f" {filled.released:,} documents go on." if filled.released > 1 else " 1 document goes on."
    said += lacking(target_codes.known(asked.operator, integration, table), code.target)
    return Onward(place=table_place(integration, table), said=said)


def _ask(asked: Asked) -> Answer:
    """Ask the target which codes it has, and go back to where that was asked for as soon as it is known."""
    integration, table, code = asked.path("integration"), asked.path("table"), asked.field("code")
    back = code_place(integration, table, code) if code else table_place(integration, table)
    job = target_codes.ask(asked.operator, integration, table, place=back)
    return Onward(place=back if jobs.wait(asked.operator, job, _PATIENCE_SECONDS) else f"/jobs/{job}")


def _asked(_: Asked, result: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"number": len(result["codes"]), "whole": result["whole"]}


def _remove(asked: Asked) -> Answer:
    integration, table, sources = asked.path("integration"), asked.path("table"), asked.fields("source")
    if not sources:
        raise ConfigurationError("Tick the codes that are meant.")
    removed = crosswalks.remove_several(asked.operator, integration, table, sources, asked.field("why"))
    said = f"{sources[0]} is removed" if len(sources) == removed == 1 else f"{removed} rows are removed"
    said += "; what was sent with it stays as it is." if removed else ": somebody has done so before."
    return Onward(place=table_place(integration, table), said=said)


def _uses(asked: Asked) -> Answer:
    operator, integration, table = asked.operator, asked.path("integration"), asked.path("table")
    days = asked.field("days")
    if days not in {str(one) for one in _DAYS}:
        raise ConfigurationError("Say for how many days documents are looked at.")

    def work(job: jobs.Job) -> Mapping[str, Any]:
        found = codes_used.uses(operator, integration, table, days=int(days), report=job.say)
        return {
            "integration": integration,
            "table": table,
            "days": found.days,
            "looked_at": found.looked_at,
            "unreadable": found.unreadable,
            "flows": found.flows,
            "rows": found.rows,
            "number": len(found.unused),
            "unused": [[code.source, code.target] for code in found.unused[:_TICKED]],
        }

    about = f"Which codes of {table} of {integration} nobody needs"
    return Onward(place=f"/jobs/{jobs.begin(operator, KIND, about, work, place=table_place(integration, table))}")


def _unused(_asked: Asked, result: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"uses": result, "place": table_place(result["integration"], result["table"])}
