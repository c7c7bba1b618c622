"""Finds the likely mistake in a text that is not valid SPARQL: its kind, its place, and a correction.

A parser reports where it could not go on and all that it would have accepted there, which is rarely the mistake: the engine's points behind
the longest word that it has tried. So common mistakes are searched for in the tokens of the whole text; what is found after the parser's
position cannot be the cause.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from graph_service.sparql.mistakes.clauses import beginning, modifiers, patterns, selected
from graph_service.sparql.mistakes.meanings import bound_again, star, taken, undeclared, ungrouped
from graph_service.sparql.mistakes.mistake import Mistake
from graph_service.sparql.mistakes.signs import arguments, brackets, quotations, single_signs, words
from graph_service.sparql.mistakes.triples import triples
from graph_service.sparql.tokens import Token, tokens

#: In a longer query only the parser's message is used: this is for queries that people write.
_TOKENS = 1000

_Looks = Callable[[str, Sequence[Token]], Iterator[Mistake]]
#: The checks, each over the whole text.
_LOOKS: tuple[_Looks, ...] = (beginning, quotations, words, single_signs, selected, patterns, modifiers, brackets, arguments, triples)

#: Messages of the engine's parser that name a mistake, and the check that locates it.
_SAID: Mapping[str, Callable[[Sequence[Token]], Mistake | None]] = {
    "Prefix not found": undeclared,
    "variable that is unbound": ungrouped,
    "not authorized with GROUP BY": star,
    "overrides an existing variable": taken,
}


def find(text: str, place: int, message: str = "") -> Mistake | None:
    """The first mistake in a text that is not valid SPARQL, or None; `place` is where its parser gave up, `message` what it said."""
    stream = list(islice(tokens(text), _TOKENS + 1))
    if not stream:
        return Mistake("empty", len(text), len(text))
    # A character escape (section 19.2) may be any token.
    if len(stream) > _TOKENS or any(token.text == "\\" for token in stream):
        return None
    said = next((mistake for hint, look in _SAID.items() if hint in message and (mistake := look(stream))), None)
    if said is not None:
        return said
    found = [mistake for look in _LOOKS for mistake in look(text, stream) if mistake.start <= place]
    return min(found, key=lambda mistake: mistake.start) if found else bound_again(stream)
