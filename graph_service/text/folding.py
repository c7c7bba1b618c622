"""Text as it is compared in searches: without regard to case, accents, ligatures and punctuation."""

import re
import unicodedata

#: Letters that Unicode does not take apart and that people type apart.
_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})

#: A word as it is written; its accents may be characters of their own.
WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")

#: Characters that are typed for an apostrophe: the typographic one, the letter, the prime.
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u02bc\u2032\u2018\u02b9", "'"))


def alike(text: str) -> str:
    """What texts have in common that read the same: without regard to case, and to how accents and apostrophes are typed.

    Canonical caseless matching (The Unicode Standard, section 3.13, definition D145).
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", plain.translate(_APOSTROPHES))


def fold(text: str) -> str:
    """A text's words in small letters without accents, a space between each two: `Santé (œuvre)` -> `sante oeuvre`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold().translate(_APART))
    # Most texts have no accents, and looking at each letter takes longest.
    bare = plain if plain.isascii() else "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(WORD.findall(bare))
