"""What every system needs to read what a tenant has: its settings, its names, its documents and the values in them."""

from __future__ import annotations
