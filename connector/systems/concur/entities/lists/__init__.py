"""What writing items of lists takes: where they stand, what is there, many at once, and what Concur says of each."""

from __future__ import annotations
