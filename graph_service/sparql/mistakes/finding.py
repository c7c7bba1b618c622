"""What is wrong with a text that is no SPARQL query, as one would say it: the thing, its place, and a mend.

A parser tells where it could get no further and all that it would have taken there, which is rarely the mistake: the engine's points
behind the longest word that it has tried. So the commonest mistakes are looked for by tokens, over the whole text; what is found behind
the parser's place is none that it can have met.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from graph_service.sparql.mistakes.clauses import beginning, modifiers, patterns, selected
from graph_service.sparql.mistakes.meanings import bound_again, star, taken, undeclared, ungrouped
from graph_service.sparql.mistakes.mistake import Mistake
from graph_service.sparql.mistakes.signs import arguments, brackets, quotations, single_signs, words
from graph_service.sparql.mistakes.triples import triples
from graph_service.sparql.tokens import Token, tokens

#: A longer query has a mistake that is told by the parser alone: what is done here is for what people write.
_TOKENS = 1000

_Looks = Callable[[str, Sequence[Token]], Iterator[Mistake]]
#: Those who look, each over the whole text.
_LOOKS: tuple[_Looks, ...] = (beginning, quotations, words, single_signs, selected, patterns, modifiers, brackets, arguments, triples)

#: What the engine's parser says itself, and what is looked at then.
_SAID: Mapping[str, Callable[[Sequence[Token]], Mistake | None]] = {
    "Prefix not found": undeclared,
    "variable that is unbound": ungrouped,
    "not authorized with GROUP BY": star,
    "overrides an existing variable": taken,
}


def find(text: str, place: int, message: str = "") -> Mistake | None:
    """The first mistake of a text that is known to be no query; `place` is where its parser gave up, and `message` what it said.

    None if it is none of those that are looked for.
    """
    stream = list(islice(tokens(text), _TOKENS + 1))
    if not stream:
        return Mistake("empty", len(text), len(text))
    # Escapes of characters (section 19.2) may be any token.
    if len(stream) > _TOKENS or any(token.text == "\\" for token in stream):
        return None
    said = next((mistake for hint, look in _SAID.items() if hint in message and (mistake := look(stream))), None)
    if said is not None:
        return said
    found = [mistake for look in _LOOKS for mistake in look(text, stream) if mistake.start <= place]
    return min(found, key=lambda mistake: mistake.start) if found else bound_again(stream)
