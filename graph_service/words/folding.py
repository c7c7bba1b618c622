"""Text as it is compared in searches: without regard to case, accents, ligatures and punctuation."""

import re
import unicodedata

#: Letters that Unicode does not take apart and that people type apart.
_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})

#: A word as it is written; its accents may be characters of their own.
WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")


def fold(text: str) -> str:
    """A text's words in small letters without accents, a space between each two: `Santé (œuvre)` -> `sante oeuvre`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_APART))
    return " ".join(WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))
