"""Many documents that ask the ledger, asked together: one question for all of them, until each has decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.gate import Needs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from connector.domain.gate import Known

_Key = TypeVar("_Key")
_Decided = TypeVar("_Decided")


def decide_all(
    deciding: Mapping[_Key, Generator[Needs, Known, _Decided]],
    ask: Callable[[Mapping[_Key, Needs]], Mapping[_Key, Known | ConnectorError]],
    failed: Callable[[_Key, Exception], _Decided],
) -> dict[_Key, _Decided]:
    """What becomes of each: it asks what it needs, is sent what is known, and ends with what it decided.

    ``failed`` says what becomes of one that cannot be asked for or that fails, which keeps nothing from the others.
    """
    decided: dict[_Key, _Decided] = {}
    answers: Mapping[_Key, Known | ConnectorError | None] = dict.fromkeys(deciding)
    while answers:
        asking: dict[_Key, Needs] = {}
        for key, answer in answers.items():
            if isinstance(answer, ConnectorError):
                decided[key] = failed(key, answer)
                continue
            try:
                asking[key] = next(deciding[key]) if answer is None else deciding[key].send(answer)
            except StopIteration as end:
                decided[key] = end.value
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whoever asked says what becomes of it
                decided[key] = failed(key, error)
        answers = ask(asking) if asking else {}
    return decided


def ask_together(asked: Mapping[_Key, Needs], known: Callable[[Needs], Known]) -> dict[_Key, Known | ConnectorError]:
    """Ask for all of them at once; where that is refused, for each, to find whose question it was."""
    try:
        return dict.fromkeys(asked, known(Needs.of_all(list(asked.values()))))
    except StoreUnavailable:
        raise
    except ConnectorError as error:
        if len(asked) == 1:
            return dict.fromkeys(asked, error)
        return {key: one for key, needs in asked.items() for one in ask_together({key: needs}, known).values()}
