"""One file for each entity that is posted into QAD: how it is found, written, and where a person looks for it.

Nothing here knows the interface: the books of an instance do, and ``adaptive`` has those behind Adaptive's REST.
"""

from __future__ import annotations
