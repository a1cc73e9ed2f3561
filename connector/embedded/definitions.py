"""What a dump says of tables, in words that every PostgreSQL understands.

Recent minor releases (17.12 of Debian) number a column's versions among its options, as ``pg_attver``. A pg_dump of
before writes that number down, servers of before refuse the table for it, and in another server it means nothing.
"""

from __future__ import annotations

import re

#: words of pg_restore for the definitions as a script, and for all that comes after them
FIRST = ("--section=pre-data", "--file=-")
REST = ("--section=data", "--section=post-data")
#: words of psql for that script
SCRIPT = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
_NUMBERED = re.compile(rb"^ALTER TABLE ONLY .+ ALTER COLUMN .+ SET \(pg_attver=[0-9]+\);\n", re.MULTILINE)


def understood(script: bytes) -> bytes:
    """A script of definitions without what only some servers know."""
    return _NUMBERED.sub(b"", script)
