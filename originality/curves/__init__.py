"""Curves of training logs as pages show them: a window of points, marks, a drawing, and the same in words and figures."""

from originality.curves.document import Curve, curve_of
from originality.curves.drawing import Drawing, draw
from originality.curves.export import csv_chunks
from originality.curves.marks import Mark, Shade, checkpoints, marks_of, restarts, seams_of, shades
from originality.curves.source import opened
from originality.curves.words import names_of, quantity_name, words_of_chart

__all__ = (
    "Curve",
    "Drawing",
    "Mark",
    "Shade",
    "checkpoints",
    "csv_chunks",
    "curve_of",
    "draw",
    "marks_of",
    "names_of",
    "opened",
    "quantity_name",
    "restarts",
    "seams_of",
    "shades",
    "words_of_chart",
)
