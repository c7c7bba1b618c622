"""Text width without rendering: an estimate for the widest of common sans-serif fonts (DejaVu Sans)."""

from itertools import accumulate, takewhile

SIZE, LINE = 13.0, 16.0

#: Widths relative to the font size, of letters that deviate most.
_WIDTHS = {
    **dict.fromkeys("ijl'’|.,:; ", 0.33),
    **dict.fromkeys("frtI()[]-/", 0.41),
    **dict.fromkeys("mwMW@%—…", 0.97),
}


def width(words: str, size: float = SIZE) -> float:
    """The width of a text in pixels."""
    return size * sum(_WIDTHS.get(letter, 0.72 if letter.isupper() else 0.62) for letter in words)


def shortened(words: str, room: float, size: float = SIZE) -> str:
    """A text cut to `room` pixels, with `…`."""
    if width(words, size) <= room:
        return words
    # A name may be very long: no letter after the last that fits is measured.
    widths = accumulate(width(letter, size) for letter in words)
    kept = sum(1 for _ in takewhile(lambda used: used + width("…", size) <= room, widths))
    return words[:kept].rstrip(" ,;:-") + "…"


def lines(words: str, room: float, most: int = 3, size: float = SIZE) -> list[str]:
    """A text wrapped into at most `most` lines of `room` pixels."""
    broken: list[str] = []
    rest = words.split()
    while rest and len(broken) < most:
        line = rest.pop(0)
        while rest and width(f"{line} {rest[0]}", size) <= room:
            line += " " + rest.pop(0)
        broken.append(line if len(broken) < most - 1 or not rest else f"{line} {rest[0]} {' '.join(rest[1:])}")
    return [shortened(line, room, size) for line in broken] or [""]
