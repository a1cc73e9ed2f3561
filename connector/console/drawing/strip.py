"""The last runs of a flow as a strip: one bar each, its height what was new, its look how it went."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.operations.health.overview import Bar

_WIDTH, _GAP, _HEIGHT, _LEAST = 5, 2, 24, 3
_LOOKS: Final = {"failed": "bad", "warning": "waiting", "running": "running", "queued": "quiet"}


def draw(bars: Sequence[Bar], places: int = 20) -> Markup:
    """Draw the newest ones, the newest at the right; a bar is as high as the logarithm of what it brought."""
    shown = list(bars)[-places:]
    most = max((math.log1p(bar.new) for bar in shown), default=0) or 1
    width = places * (_WIDTH + _GAP) - _GAP
    parts = []
    for number, bar in enumerate(shown, start=places - len(shown)):
        height = _LEAST + round((_HEIGHT - _LEAST) * math.log1p(bar.new) / most)
        parts.append(
            Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1"><title>{}</title></rect>').format(
                _LOOKS.get(bar.went, "good" if bar.new else "quiet"),
                number * (_WIDTH + _GAP),
                _HEIGHT - height,
                _WIDTH,
                height,
                bar.told,
            )
        )
    label = "No run yet" if not shown else f"The last {len(shown)} runs; the newest: {shown[-1].told}"
    return Markup(
        '<svg class="strip" role="img" aria-label="{}" width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>'
    ).format(label, width, _HEIGHT, width, _HEIGHT, Markup("").join(parts))
