"""Files that are sent as they come: in pieces worth sending, and not so many at once that nobody else is answered."""

from __future__ import annotations

from http import HTTPStatus
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from connector.console.serving.answers import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.types import Receive, Scope, Send

#: of one process: each keeps a thread and a connection to the ledger busy, for minutes where it is long
AT_ONCE = 6
_PIECE = 64 * 1024


class Sender:
    """Sends files, a few at a time."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once, self._places = at_once, BoundedSemaphore(at_once)

    def send(self, content: Iterable[bytes], media_type: str, headers: Mapping[str, str]) -> StreamingResponse:
        """Send this; raises Said where as many are being sent as may be."""
        if not self._places.acquire(blocking=False):
            raise Said(
                f"{self._at_once} files are being taken away already: try again when one of them has arrived.",
                HTTPStatus.SERVICE_UNAVAILABLE,
            )
        return _Sending(content, media_type, headers, self._places)


class _Sending(StreamingResponse):
    """A file under way, which gives its place back however it ends."""

    def __init__(
        self, content: Iterable[bytes], media_type: str, headers: Mapping[str, str], place: BoundedSemaphore
    ) -> None:
        super().__init__(pieces(content), media_type=media_type, headers=dict(headers))
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._place.release()


def pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same in longer pieces: a table comes line by line, and each piece is handed from thread to thread."""
    piece = bytearray()
    for part in content:
        piece += part
        if len(piece) >= _PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
