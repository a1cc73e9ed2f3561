"""A supplier's own invoice number: the same document whoever spelled it."""

from __future__ import annotations

import unicodedata


def normalised(number: str) -> str:
    """Return the number as it is compared: NFKC, no white space, nothing invisible, capitals."""
    if number.isascii() and number.isprintable():
        return "".join(number.split()).upper()
    text = unicodedata.normalize("NFKC", number)
    visible = "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")
    # capitals can bring back what NFKC folds, so fold once more
    return unicodedata.normalize("NFKC", visible.upper())
