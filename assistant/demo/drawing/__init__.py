"""Drawn product images: flat SVG illustrations without text, scripts or references.

`draw(shape, colour, department, seed)` is the way in; the drawings themselves stand in one file per department.
"""

from assistant.demo.drawing.scene import SHAPES, draw

__all__ = ["SHAPES", "draw"]
