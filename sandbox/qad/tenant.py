"""The simulated instance as its handlers see it, and the checks every request passes before a handler sees it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.journal import Journal
from sandbox.qad.books import Books
from sandbox.qad.documents import DOMAIN, ENTITY
from sandbox.qad.wire import RefusalError, bare

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.qad.options import Options
    from sandbox.qad.signin import SignIn

CONTEXT: Final = "/clouderp"
WORKSPACE_HEADER: Final = "x-qad-workspace-id"
WORKSPACE: Final = f"{DOMAIN}_{ENTITY}"
# The second workspace shares the master data; of transactions it has what is posted into it.
WORKSPACES: Final = (WORKSPACE, "11CAN_11CANCO")
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

Handler = Callable[["Request"], Awaitable[Response]]


@dataclass(kw_only=True)
class Tenant:
    """Everything one instance has."""

    options: Options
    signin: SignIn
    books: Books = field(default_factory=Books)
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self.ledgers = {WORKSPACE: self.books} | {name: Books(self.books) for name in WORKSPACES if name != WORKSPACE}

    def permit(self, entity: str) -> None:
        """Refuse with 403 and bare errors what this user may not touch."""
        if entity in self.options.not_permitted:
            raise bare(403, f"You do not have permission to access {entity.replace('_', ' ')}.")


@dataclass(frozen=True, kw_only=True)
class Served:
    """A route, and what the API description says of it: the path below the context root and its methods."""

    route: Route
    path: str
    methods: tuple[str, ...]


def workspace(request: Request) -> str:
    """Return the workspace of the request; without the header it is the user's default. Unknown ones are refused."""
    named = request.headers.get(WORKSPACE_HEADER, WORKSPACE)
    if named not in WORKSPACES:
        raise bare(403, f"You do not have access to workspace {named}.")
    return named


def entity_of(request: Request) -> str:
    """Return the entity of the workspace of the request."""
    return workspace(request).partition("_")[2]


def route(tenant: Tenant, path: str, *, entity: str | None = None, **handlers: Handler) -> Served:
    """Serve ``path`` under the context root, by method in lower case, to whoever is signed in and permitted."""

    async def checked(request: Request) -> Response:
        tenant.signin.check(request)
        workspace(request)
        if entity is not None:
            tenant.permit(entity)
        return await _by_method(handlers)(request)

    return _route(path, checked, handlers)


def public(path: str, **handlers: Handler) -> Served:
    """Serve ``path`` to anyone."""
    return _route(path, _by_method(handlers), handlers)


def _route(path: str, handler: Handler, handlers: dict[str, Handler]) -> Served:
    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(headers={"allow": ",".join(sorted(name.upper() for name in handlers))})
        try:
            return await handler(request)
        except RefusalError as refusal:
            return refusal.answer

    route_ = Route(CONTEXT + path, endpoint, methods=_METHODS)
    return Served(route=route_, path=path, methods=tuple(sorted(handlers)))


def _by_method(handlers: dict[str, Handler]) -> Handler:
    async def answer(request: Request) -> Response:
        handler = handlers.get(request.method.lower())
        if handler is None:
            # Seen live: a wrong method is an internal error here, not a 405.
            raise bare(500, f"Request method '{request.method}' not supported")
        return await handler(request)

    return answer


def items(body: Any, collection: str) -> list[dict[str, Any]]:  # noqa: ANN401  whatever JSON the client sent
    """Return the records of a coded request; refuse a body that has none."""
    records = body.get(collection) if isinstance(body, dict) else None
    if not isinstance(records, list) or not records or not all(isinstance(record, dict) for record in records):
        raise bare(400, f"The request must carry {collection} with at least one record.")
    return records
