"""QAD Adaptive over REST: sign-in, requests, what answers mean, how listings are read and postings sent."""

from __future__ import annotations
