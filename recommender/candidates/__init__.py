"""Candidate sources: what may be shown where no search gave candidates.

`gather` goes round the sources that fit the context and takes the best of each in turn.
"""

from __future__ import annotations

from recommender.candidates.gather import gather, next_items

__all__ = ["gather", "next_items"]
