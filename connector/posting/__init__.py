"""The accounting that flows share: how documents of one system become lines, codes and figures in another's books.

Pure: documents in, lines or a reason against it out.
"""

from __future__ import annotations
