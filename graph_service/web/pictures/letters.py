"""How wide words are when nobody has drawn them yet: an estimate for the widest of the usual sans-serif fonts (DejaVu Sans)."""

from itertools import accumulate, takewhile

SIZE, LINE = 13.0, 16.0

#: Width in parts of the size, for the letters that differ from the others most.
_WIDTHS = {
    **dict.fromkeys("ijl'’|.,:; ", 0.33),
    **dict.fromkeys("frtI()[]-/", 0.41),
    **dict.fromkeys("mwMW@%—…", 0.97),
}


def width(words: str, size: float = SIZE) -> float:
    """How many pixels words are wide."""
    return size * sum(_WIDTHS.get(letter, 0.72 if letter.isupper() else 0.62) for letter in words)


def shortened(words: str, room: float, size: float = SIZE) -> str:
    """Words that fit into `room` pixels, with `…` for what does not."""
    if width(words, size) <= room:
        return words
    # A name may be very long: each letter is looked at once, and none behind the last that fits.
    widths = accumulate(width(letter, size) for letter in words)
    kept = sum(1 for _ in takewhile(lambda used: used + width("…", size) <= room, widths))
    return words[:kept].rstrip(" ,;:-") + "…"


def lines(words: str, room: float, most: int = 3, size: float = SIZE) -> list[str]:
    """Words broken into at most `most` lines that fit into `room` pixels."""
    broken: list[str] = []
    rest = words.split()
    while rest and len(broken) < most:
        line = rest.pop(0)
        while rest and width(f"{line} {rest[0]}", size) <= room:
            line += " " + rest.pop(0)
        broken.append(line if len(broken) < most - 1 or not rest else f"{line} {rest[0]} {' '.join(rest[1:])}")
    return [shortened(line, room, size) for line in broken] or [""]
