"""``/list/v4/lists/{listId}/bulk``: up to 250 items at once; those that fail are told, the others are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.lists.bodies import body_of, list_id
from sandbox.concur.lists.complaints import refusal
from sandbox.concur.lists.items import outcome_of
from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.lists.items import Items

    Judge = Callable[[str, Mapping[str, Any]], str]
    """What is wrong with one of them; blank = nothing."""

MOST: Final = 250


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """Creates, and changes or deletes, many items of one list."""

    items: Items

    async def create(self, request: Request) -> Response:
        """Create; 201 when all worked, else 206, also when none did (the last assumed)."""
        return await self._each(request, self._created, self.items.problem, done=201)

    async def update(self, request: Request) -> Response:
        """Change values and deletion by long code; 200 when all worked."""
        return await self._each(request, self._updated, self._wrong, done=200)

    async def _each(self, request: Request, act: Judge, problem: Judge, *, done: int) -> Response:
        where = list_id(request, self.items.collection)
        self.items.refuse_read_only(request, where)
        sent = (await body_of(request)).get("requests")
        if not isinstance(sent, list) or not sent or not all(isinstance(one, Mapping) for one in sent):
            raise refusal(request, 400, "requests must be a list of objects.")
        if len(sent) > MOST:
            raise refusal(request, 400, f"At most {MOST} requests can be sent at once.")
        options = self.items.options()
        if options.bulk_refuses == "request" and (wrong := [said for one in sent if (said := problem(where, one))]):
            raise refusal(request, 400, "The list items are not valid.", *wrong)
        told = [(one, act(where, one)) for one in sent]
        failed = [(one, said) for one, said in told if said]
        errors = [{"id": "listItemInvalid", "message": said, **self._shown(where, one)} for one, said in failed]
        status = "SUCCESS" if not failed else ("FAILURE" if len(failed) == len(sent) else "PARTIAL_SUCCESS")
        return answer(
            {
                "status": status,
                "recordsSucceeded": len(sent) - len(failed),
                "recordsFailed": len(failed),
                "errors": errors[: options.bulk_errors],
            },
            status=206 if failed else done,
        )

    def _shown(self, where: str, sent: Mapping[str, Any]) -> dict[str, Any]:
        """The item of an error, in one of the ways it may be shown."""
        match self.items.options().bulk_error_item:
            case "sent":
                return {"listItem": dict(sent)}
            case "read":
                parent = self.items.parent(where, sent)
                short = str(sent.get("shortCode") or sent.get("code") or "").rpartition("-")[2]
                code = sent.get("code") or (f"{parent.code}-{short}" if parent else short)
                return {"listItem": {"code": code, "shortCode": short, "value": sent.get("value"), "isDeleted": False}}
            case _:
                return {}

    def _created(self, where: str, sent: Mapping[str, Any]) -> str:
        items = self.items
        problem = items.problem(where, sent)
        items.note(where, str(sent.get("shortCode") or ""), outcome_of(problem))
        if not problem:
            items.collection.add(where, sent["shortCode"], sent["value"], items.parent(where, sent))
        return problem

    def _wrong(self, where: str, sent: Mapping[str, Any]) -> str:
        code, value, deleted = str(sent.get("code") or ""), sent.get("value"), sent.get("deleted")
        if value is not None and not isinstance(value, str):
            return "value must be a text."
        if deleted is not None and not isinstance(deleted, bool):
            return "deleted must be true or false."
        return "" if self.items.collection.by_code(where, code) is not None else f"The code {code} is not in the list."

    def _updated(self, where: str, sent: Mapping[str, Any]) -> str:
        code = str(sent.get("code") or "")
        item, problem = self.items.collection.by_code(where, code), self._wrong(where, sent)
        value, deleted = sent.get("value"), sent.get("deleted")
        self.items.note(where, code, "refused" if problem else "updated")
        if item is not None and not problem:
            item.value = value or item.value
            item.deleted = item.deleted if deleted is None else deleted
        return problem
