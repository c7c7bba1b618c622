"""Pages of a table: the query of one page, and the query that counts the rows, both made from the query of the whole table.

The engine does the work: LIMIT and OFFSET go into the outermost solution modifiers (SPARQL 1.1, section 18.2.5), an ORDER BY that
could leave ties is continued with the columns it does not name, and the count wraps the query as a subquery. What is added is
found by tokens, so that nothing inside a group, a string or a comment is taken for a modifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_service.errors import InvalidParameter
from graph_service.sparql.tokens import Token, form, tokens
from graph_service.sparql.top_level import MODIFIERS, begins_modifier, outermost
from graph_service.text.collation import COLLATION_KEY


@dataclass(frozen=True)
class Page:
    """A page of a table: its number, the first being 1, and how many rows a page has."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows stand before the page."""
        return (self.number - 1) * self.size

    def last_of(self, rows: int) -> int:
        """The number of the last page of a table of so many rows; a table without rows has one page, which is empty.

        Raises InvalidParameter if this page would be beyond it.
        """
        last = max(1, -(-rows // self.size))
        if self.number > last:
            raise InvalidParameter(
                f"page must be at most {last}: there are {rows} rows, {self.size} on a page; {self.number} was given.",
                parameter="page",
                given=self.number,
                maximum=last,
            )
        return last


@dataclass(frozen=True)
class Select:
    """A SELECT query as its parts: the prologue, the clause, its FROM clauses, its group, and its modifiers by their first word.

    `columns` are the variables that are selected; None where the clause has `*`.
    """

    prologue: str
    clause: str
    dataset: str
    group: str
    modifiers: dict[str, str]
    columns: Sequence[str] | None

    @classmethod
    def read(cls, text: str) -> "Select":
        """The parts of a query that is known to be a SELECT."""
        stream = list(tokens(text))
        at = outermost(stream)
        select = next(token.start for token in at if token.is_word("SELECT"))
        opening = next(token.start for token in at if token.text == "{" and token.start > select)
        ends = [token.end for token in at if token.text == "}" and token.start > opening]
        closing = ends[0]
        head = [token for token in at if select < token.start < opening]
        dataset = next((token.start for token in head if token.is_word("FROM")), None)
        where = next((token.start for token in head if token.is_word("WHERE")), opening)
        starts = [token for token in at if token.start >= closing and begins_modifier(token)]
        borders = [*(token.start for token in starts), len(text)]
        modifiers = {first.text.upper(): _closed(text[first.start : end]) for first, end in zip(starts, borders[1:], strict=True)}
        clause = [token for token in stream if select < token.start < (dataset or where)]
        return cls(
            prologue=text[:select],
            clause=_closed(text[select : dataset or where]),
            dataset=_closed(text[dataset:where]) if dataset is not None else "",
            group=text[opening:closing],
            modifiers=modifiers,
            columns=_columns(clause),
        )

    def write(self) -> str:
        """The query as a text again."""
        tail = "".join("\n" + self.modifiers[word].rstrip() for word in MODIFIERS if word in self.modifiers)
        return f"{self.prologue}{self.clause}{self.dataset}WHERE {self.group}{tail}\n"

    @property
    def order(self) -> list[str]:
        """The variables that the ORDER BY names, those inside of expressions too, in order."""
        return [token.text[1:] for token in tokens(self.modifiers.get("ORDER", "")) if token.kind == "variable"]


def paged(text: str, page: Page) -> str:
    """The query of one page of a SELECT query's table. A LIMIT and OFFSET of its own still hold."""
    query = Select.read(text)
    own_limit, own_offset = _number(query, "LIMIT"), _number(query, "OFFSET") or 0
    limit = page.size if own_limit is None else max(0, min(page.size, own_limit - page.offset))
    modifiers = {**query.modifiers, "LIMIT": f"LIMIT {limit}", "OFFSET": f"OFFSET {own_offset + page.offset}"}
    untold = [column for column in query.columns or () if column not in query.order]
    if untold:
        modifiers["ORDER"] = "\n  ".join([modifiers.get("ORDER", "ORDER BY").rstrip(), *(f"?{column}" for column in untold)])
    return Select(query.prologue, query.clause, query.dataset, query.group, modifiers, query.columns).write()


def in_reading_order(text: str) -> str:
    """A query whose ORDER BY puts names (`?place_label`) in the order in which people expect them (see `text.collation`).

    What is no SELECT has no table, and stays as it is.
    """
    if form(text) != "SELECT":
        return text
    query = Select.read(text)
    order = query.modifiers.get("ORDER", "")
    names = [token for token in tokens(order) if token.kind == "variable" and token.text.endswith("_label")]
    if not names:
        return text
    for token in reversed(names):
        order = f"{order[: token.start]}<{COLLATION_KEY}>({token.text}){order[token.end :]}"
    modifiers = {**query.modifiers, "ORDER": order}
    return Select(query.prologue, query.clause, query.dataset, query.group, modifiers, query.columns).write()


def counted(text: str) -> str:
    """The query that counts the rows of a SELECT query's table, as `?rows`."""
    query = Select.read(text)
    kept = {word: words for word, words in query.modifiers.items() if word != "ORDER" or "LIMIT" in query.modifiers}
    inner = Select("", query.clause, "", query.group, kept, query.columns).write()
    return f"{query.prologue}SELECT (COUNT(*) AS ?rows) {query.dataset}WHERE {{ {{ {inner} }} }}"


def _columns(clause: Sequence[Token]) -> list[str] | None:
    found = []
    depth = 0
    for before, token in zip([None, *clause], clause, strict=False):
        if depth == 0 and token.text == "*":
            return None
        if token.kind == "variable" and (depth == 0 or (depth == 1 and before is not None and before.is_word("AS"))):
            found.append(token.text[1:])
        depth += (token.text == "(") - (token.text == ")")
    return found


def _number(query: Select, word: str) -> int | None:
    return int([*tokens(query.modifiers[word])][1].text) if word in query.modifiers else None


def _closed(text: str) -> str:
    """The text so that what follows is not in a comment at its end."""
    return text if text[-1:].isspace() else text + "\n"
