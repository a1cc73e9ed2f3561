"""The settings of what is looked after while everything runs: when something is told of, and where it is looked for."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from connector.config.described import setting


class Watching(BaseSettings):
    """Read by whoever tells what is amiss."""

    watched_disk: str = setting(
        "",
        "A directory whose disk `doctor` and the alert `disk.low` look at; unset, the data directory.",
        "a directory",
    )
    shortest_schedule_seconds: int = setting(
        10,
        "No flow is scheduled more often: each run asks its system at least once, and most count and limit that.",
        "a whole number from 1 to 3600",
        ge=1,
        le=3600,
    )
    silent_queue_seconds: int = setting(
        120,
        "A queue that something waits in, and whose workers finish nothing for so long, is silent: `/readyz`, `doctor` "
        "and the alert `queue.silent` say so.",
        "a whole number from 10 to 3600",
        ge=10,
        le=3600,
    )
    longest_unfinished_hours: int = setting(
        72,
        "Records and runs that have not ended for so long raise an alert; they go on all the same.",
        "a whole number from 1 to 8760",
        ge=1,
        le=8760,
    )
