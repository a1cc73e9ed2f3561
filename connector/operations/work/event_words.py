"""What each kind of event in the audit trail means, in plain words."""

from __future__ import annotations

from typing import Final

#: of what many documents go through at once
STEPS: Final = ("began", "went_on", "stopped", "ended")
#: by what it is about, then by its name
KINDS: Final = {
    "Documents": {
        "operator.read_payload": "looked at the content of a document",
        "operator.replayed": "had a document sent again",
        "operator.requeued": "requeued a dead letter",
        "operator.discarded": "discarded it",
        "operator.reopened": "opened a dead letter again",
        "operator.settled": "said what became of a write in doubt",
        "operator.corrected": "corrected a document",
        "operator.reapplied": "had documents mapped anew",
        "operator.rehearsed": "tried other rules on documents",
        "operator.dry_ran": "tried a flow without sending anything",
        "operator.reread": "had a document read again",
        "operator.freed": "freed what stood still",
        "operator.abandoned": "gave up waiting for it",
        "operator.retried": "had a message read again",
        "operator.restored": "put it back",
        "operator.let_go_on": "let what waited go on",
        "operator.filled_summaries": "named documents of an earlier release",
        "operator.erased": "erased the content of documents",
    },
    "Groups of documents": {
        "operator.requeue_began": "began to requeue a group",
        "operator.requeue_went_on": "went on requeueing a group",
        "operator.requeue_stopped": "was stopped while a group was requeued",
        "operator.requeue_ended": "came to the end of requeueing a group",
        "operator.discard_began": "began to discard a group",
        "operator.discard_went_on": "went on discarding a group",
        "operator.discard_stopped": "was stopped while a group was discarded",
        "operator.discard_ended": "came to the end of discarding a group",
        "operator.reapply_began": "began to reapply a flow",
        "operator.reapply_went_on": "went on reapplying a flow",
        "operator.reapply_stopped": "was stopped while a flow was reapplied",
        "operator.reapply_ended": "came to the end of reapplying a flow",
    },
    "The end of a month": {
        "operator.signed_off": "signed a period off",
        "operator.withdrew_sign_off": "withdrew a sign-off",
        "operator.compared_period": "compared a period with both systems",
        "operator.compared_master": "compared master data",
    },
    "Set-up": {
        "operator.added": "added it",
        "operator.changed": "changed it",
        "operator.removed": "removed it",
        "operator.held": "held a flow",
        "operator.stopped": "stopped a connection",
        "operator.resumed": "resumed a connection",
        "operator.ran": "had a flow run",
        "operator.cancelled_run": "cancelled a run",
        "operator.set_codes": "set codes",
        "operator.removed_code": "removed a code",
        "operator.rotated": "changed a secret",
        "operator.confirmed": "took a change as it is",
        "operator.connected": "connected a company",
        "operator.accepted": "accepted a company",
        "operator.subscribed": "subscribed to events",
        "operator.unsubscribed": "unsubscribed from events",
        "operator.tested": "tested a channel of alerts",
        "operator.stopped_job": "stopped a job",
        "setup.bound": "sealed what an earlier release had set up",
        "connection.placed": "found where a connection leads",
        "db.settled": "said which database the ledger is",
    },
    "People": {
        "operator.signed_in": "signed in",
        "operator.signed_out": "signed out",
        "operator.turned_away": "was turned away",
        "operator.password": "chose a password",
        "operator.reset": "got a password for one sign-in",
        "operator.role": "got another role",
        "operator.revoked": "was revoked",
        "operator.token_added": "made a token",
        "operator.token_revoked": "revoked a token",
    },
    "Proof": {
        "operator.verified": "verified the audit trail",
        "operator.backed_up": "made a backup",
        "operator.retained": "removed what was old",
        "operator.backup_failed": "tried to make a backup, which failed",
        "retention.removed_messages": "removed old messages",
        "retention.removed_payloads": "removed old contents",
        "retention.removed_records": "removed old documents",
    },
    "The way of documents": {
        "message.received": "received a message",
        "record.extracted": "read a document",
        "record.listed_again": "found it listed again",
        "record.mapped": "mapped it",
        "attempt.sent": "sent it",
        "record.loaded": "heard that the target has it",
        "record.done": "brought it to its end",
        "record.waits": "let it wait",
        "record.parked": "let it wait for a code",
        "record.paused": "let it wait for a connection",
        "record.retry": "will try it again",
        "record.refused": "heard that the target refuses it",
        "record.rejected": "ended it as rejected",
        "record.dead": "made a dead letter of it",
        "record.skipped": "left it out",
        "record.cancelled": "took it back",
        "record.superseded": "replaced it by a newer version",
        "record.rescued": "took it over from a worker that was gone",
    },
}
_WORDS: Final = {name: words for kinds in KINDS.values() for name, words in kinds.items()}


def words(name: str) -> str:
    """What an event means; its own name in words where an extension wrote it."""
    return _WORDS.get(name) or name.partition(".")[2].replace("_", " ") or name
