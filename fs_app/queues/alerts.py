"""When a figure of a queue turns orange, then red (BA-20). Pure."""

from __future__ import annotations


def level(figure: int, thresholds: tuple[int, int]) -> str:
    """`thresholds` are the figures from which on it is orange and red, 0: never. Answers red, orange or nothing."""
    orange, red = thresholds
    if red and figure >= red:
        return "red"
    return "orange" if orange and figure >= orange else ""
