"""One file for each entity that is written into JAGGAER: how it is found, written, and where a person looks for it."""

from __future__ import annotations
