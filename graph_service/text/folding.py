"""Folding of text for search: without case, accents, ligatures and punctuation."""

import re
import unicodedata

#: Letters that Unicode does not decompose, and how people type them.
_APART = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})

#: A word; its accents may be combining characters.
WORD = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+")

#: Characters that people type as an apostrophe: the typographic one, the modifier letter, the prime.
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u02bc\u2032\u2018\u02b9", "'"))


def alike(text: str) -> str:
    """The text normalised for comparison: without case, however its accents and apostrophes are typed.

    Canonical caseless matching (The Unicode Standard, section 3.13, definition D145).
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFC", plain.translate(_APOSTROPHES))


def fold(text: str) -> str:
    """A text's words in lower case without accents, separated by spaces: `Santé (œuvre)` -> `sante oeuvre`."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).casefold().translate(_APART))
    # A text has few different letters: to look at each of these, and not at each place, takes a tenth of the time.
    accents = "".join(filter(unicodedata.combining, set(plain)))
    return " ".join(WORD.findall(plain.translate(str.maketrans("", "", accents)) if accents else plain))
