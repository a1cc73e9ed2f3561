"""What a site cannot do, said before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.systems.qad_ee.config import POSTINGS, Way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.systems.qad_ee.config import QadEeConfig
    from connector.systems.qad_ee.names import Names


def reading(
    config: QadEeConfig, names: Names, entity: str, secrets: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return what a flow that reads this entity has to do without; a sentence for each."""
    known, way = names.entity(entity), config.way(entity)
    match way:
        case Way.NONE:
            return (f"{entity} are not read from this site (reads.{entity}: none), so the flow fails.",)
        case Way.QUERY_SERVICE if known.query_service is None:
            return (
                (
                    f"{entity} cannot be read by the Query Service, so the flow fails: it has no Financials "
                    f"(reads.{entity})."
                ),
            )
        case Way.QUERY_QDOC | Way.WSA if (known.wsa if way is Way.WSA else known.query_qdoc) is None:
            return (f"entities.{entity}.{way.value} is not described, so the flow fails.",)
        case Way.QXO:
            said = f"{entity} are known only as far as QXO has pushed them; what it never pushed is not there."
            if secrets is not None and not config.push_certificate and "push_secret" not in secrets:
                return (said, "push_secret is missing, so nothing that is pushed is taken.")
            return (said,)
        case _:
            return ()


def posting(config: QadEeConfig, names: Names, entity: str) -> tuple[str, ...]:
    """Return what a flow that posts this has to do without; a sentence for each."""
    if entity not in POSTINGS:
        return ()
    if config.writes is False:
        return ("Nothing is posted into this site (writes: false), so the flow fails.",)
    return (*_asked_back(config, names, entity), *_sent_again(config, entity))


def _sent_again(config: QadEeConfig, entity: str) -> tuple[str, ...]:
    """Whether QAD may still work on what is sent again."""
    asked, works = sum(config.ask_again_seconds), config.works_for_seconds
    if config.asked_back(entity) in (Way.NONE, Way.QXO) or (works is not None and asked >= works):
        return ()
    long = f"for {works}" if works is not None else "without end (timeoutLimit is 0)"
    said = (
        f"What a lost answer was about is sent again after {asked} seconds of asking (ask_again_seconds), and QAD may "
        f"work on it {long}: it may then be there twice."
    )
    return (said,)


def _asked_back(config: QadEeConfig, names: Names, entity: str) -> tuple[str, ...]:
    """How it can be asked back, where that is not for certain."""
    named, way = names.posting(entity), config.asked_back(entity)
    match way:
        case Way.NONE:
            return (
                (
                    f"Nobody can ask what is posted (posted.{entity}: none): whatever has no clear answer goes to a "
                    "person, and "
                    "what somebody has posted by hand is posted again."
                ),
            )
        case Way.QXO:
            return (
                (
                    f"What is posted is known only as far as QXO has pushed it (posted.{entity}: qxo): whatever has no "
                    "clear "
                    "answer and is not pushed in time goes to a person."
                ),
            )
        case Way.QUERY_QDOC | Way.WSA if (named.wsa if way is Way.WSA else named.query_qdoc) is None:
            return (f"entities.{entity}.search.{way.value} is not described, so the flow fails.",)
        case _:
            return ()
