"""What each alert means and what to do about it, step by step: the runbook."""

from __future__ import annotations

from dataclasses import dataclass

from connector.operations.setup import alert_rules as rules


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do, and the command or the page that does it."""

    say: str
    command: str = ""
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """What an alert means, and what to do."""

    title: str
    means: str
    steps: tuple[Step, ...]


def _steps(*steps: tuple[str, str, str] | tuple[str, str] | str) -> tuple[Step, ...]:
    made = []
    for step in steps:
        say, command, page = (*((step,) if isinstance(step, str) else step), "", "")[:3]
        made.append(Step(say=say, command=command, page=page))
    return tuple(made)


RUNBOOK = {
    rules.DEAD: Paragraph(
        title="Dead letters",
        means="Documents were refused, or nobody can tell whether they arrived. They go nowhere without a person; "
        "nothing of them is lost, and nothing is sent again by itself.",
        steps=_steps(
            ("Read what was refused and why: documents with one cause are one row.", "ml-connector needs", "/work"),
            "Put the cause right: in the source, in the target or in the codes.",
            ("Requeue the group: each document is asked for at the target first.", "ml-connector dead requeue --help"),
        ),
    ),
    rules.CODES: Paragraph(
        title="Missing codes",
        means="Documents wait for codes of a table. One that waits for two of them counts twice.",
        steps=_steps(
            ("See which codes, and how many documents wait for each.", "ml-connector crosswalk missing", "/codes"),
            ("Set them.", "ml-connector crosswalk set --help"),
            "Wait: the documents go on by themselves within a minute.",
        ),
    ),
    rules.UNFINISHED: Paragraph(
        title="Documents that take too long",
        means="Documents or runs have not come to their end for long: they wait for something outside, or nobody takes "
        "them. They go on by themselves once that is there.",
        steps=_steps(
            (
                "See what they wait for: a match, a code, a connection.",
                "ml-connector doctor",
                "/work",
            ),
            "Make that true, or discard what does not matter any more and say why.",
        ),
    ),
    rules.STOPPED: Paragraph(
        title="A connection stopped",
        means="A system refuses our credentials or a permission is missing, so nothing is sent there. All that would "
        "go there waits.",
        steps=_steps(
            ("Read what the system said.", "ml-connector connection list", "/connections"),
            ("Correct it there, or give new secrets.", "ml-connector connection rotate --help"),
            ("Ping it: when it works, everything that waited goes on.", "ml-connector connection ping NAME"),
        ),
    ),
    rules.LAPSES: Paragraph(
        title="A connection lapses soon",
        means="What lets us in (a refresh token) ends, and nobody has renewed it.",
        steps=_steps(
            ("See which, and until when.", "ml-connector connection list", "/connections"),
            "Reconnect it; the page about that system says how.",
        ),
    ),
    rules.LATE: Paragraph(
        title="A flow is late",
        means="A flow was due and has not begun. Its source is not stopped, so either nothing fires its schedule or "
        "nobody takes its work.",
        steps=_steps(
            ("See whether beat and the worker of poll run.", "ml-connector doctor", "/settings/system"),
            ("See what the run waits for.", "ml-connector run list", "/flows"),
        ),
    ),
    rules.FAILED: Paragraph(
        title="A run failed",
        means="The source could not be read, so nothing new came from it. The next run reads what this one missed.",
        steps=_steps(
            ("Read why.", "ml-connector run list", "/flows"),
            ("Ask the source whether it lets us in and has everything.", "ml-connector connection ping NAME"),
        ),
    ),
    rules.NOTHING: Paragraph(
        title="A run read nothing",
        means="A source that had something has nothing now: a browse was hidden, lost its rows, or its filter changed.",
        steps=_steps(
            (
                "Ping the source: it names what it looks for.",
                "ml-connector connection ping NAME",
                "/connections",
            ),
            "Ask whoever looks after the source what was changed.",
        ),
    ),
    rules.QUARANTINED: Paragraph(
        title="Messages that nobody can read",
        means="A connection was sent messages that are broken, or of which nobody can tell whether they count. They "
        "are kept as they came.",
        steps=_steps(
            ("Read what is wrong with each.", "ml-connector message list --quarantined", "/work"),
            ("Retry, restore or discard it.", "ml-connector message --help"),
        ),
    ),
    rules.DRIFTED: Paragraph(
        title="Master data differs",
        means="Source and target did not have the same suppliers, accounts or list items when they were last compared.",
        steps=_steps(
            ("See what differs, and which documents use it.", "ml-connector drift FLOW"),
            "Correct it where it is wrong; nothing is deleted by itself.",
        ),
    ),
    rules.SILENT: Paragraph(
        title="A queue is silent",
        means="Something waits in a queue and nothing comes out of it. Nothing is lost: the ledger knows all of it.",
        steps=_steps(
            ("See whether a worker takes from it.", "ml-connector doctor", "/settings/system"),
            "Start one, or restart those there are: what they held goes to another one.",
            "When every queue is silent, look at the broker.",
        ),
    ),
    rules.GONE: Paragraph(
        title="Workers are gone",
        means="No process of a kind that worked here gives a sign of life, and none said that it stops.",
        steps=_steps(
            ("See who is missing, and where it ran.", "ml-connector doctor", "/settings/system"),
            "Look into its log, then start it; what it held went to another one.",
        ),
    ),
    rules.BROKEN: Paragraph(
        title="The audit trail is not whole",
        means="The last verification found an event or a seal that was changed or is gone. Somebody may have written "
        "into the database.",
        steps=_steps(
            ("Verify again, and keep what it says.", "ml-connector audit verify", "/audit"),
            "Change nothing before whoever answers for security has seen it: docs/security.md.",
        ),
    ),
    rules.BACKUP: Paragraph(
        title="There is no new backup",
        means="The last backup failed, or none was made for longer than a day and a half. Those of before are kept.",
        steps=_steps(
            ("See what became of the last ones.", "ml-connector audit show db:backup", "/audit"),
            "Run the backup by hand and do what it says: room on the disk, its key, pg_dump as new as the server.",
            "One that ends in .bad could not be restored: verify the audit trail before anything else.",
        ),
    ),
    rules.RETENTION: Paragraph(
        title="Old documents are not removed",
        means="Nothing old was removed for days although it is to be: the ledger grows, and documents stay for longer "
        "than you promised. No work stands still.",
        steps=_steps(
            ("See when it last came to its end.", "ml-connector audit show db:retain", "/audit"),
            ("Run it by hand and do what it says.", "ml-connector db retain"),
            "Then look why the schedule did not: the host's cron, its password, the account that owns the tables.",
        ),
    ),
    rules.DISK: Paragraph(
        title="The disk fills up",
        means="The disk of beat's data directory has little room left. When it is full, PostgreSQL beside it stops.",
        steps=_steps(
            ("See how much is left.", "ml-connector doctor"),
            "Make room: old logs first, never files of the database.",
        ),
    ),
}
