"""Paging of tables: rewrites a SELECT query into one for a page and one that counts the rows.

The engine does the work: LIMIT and OFFSET go into the outermost solution modifiers (SPARQL 1.1, section 18.2.5), ORDER BY is continued with
the columns that it does not name, so that the order is total, and the count wraps the query as a subquery. The places are found by tokens,
so that nothing inside a group, string or comment is mistaken for a modifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from graph_service.errors import InvalidParameter
from graph_service.sparql.tokens import Token, form, replaced, tokens
from graph_service.sparql.top_level import MODIFIERS, begins_modifier, outermost
from graph_service.text.collation import COLLATION_KEY


@dataclass(frozen=True)
class Page:
    """A page of a table: its number, from 1, and how many rows a page has."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many rows come before the page."""
        return (self.number - 1) * self.size

    def last_of(self, rows: int) -> int:
        """The number of the last page of a table with so many rows; an empty table has one empty page.

        Raises InvalidParameter if this page is beyond it.
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
    """The parts of a SELECT query: prologue, SELECT clause, FROM clauses, WHERE group, and modifiers by their keyword.

    `columns` are the selected variables; None for `SELECT *`.
    """

    prologue: str
    clause: str
    dataset: str
    group: str
    modifiers: dict[str, str]
    columns: Sequence[str] | None

    @classmethod
    def read(cls, text: str) -> "Select":
        """Split a query that is known to be a SELECT."""
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
        """The query's text again."""
        tail = "".join("\n" + self.modifiers[word].rstrip() for word in MODIFIERS if word in self.modifiers)
        return f"{self.prologue}{self.clause}{self.dataset}WHERE {self.group}{tail}\n"

    @property
    def order(self) -> list[str]:
        """The variables in ORDER BY in order, also those inside expressions."""
        return [token.text[1:] for token in tokens(self.modifiers.get("ORDER", "")) if token.kind == "variable"]


def paged(text: str, page: Page) -> str:
    """The query for one page of a SELECT query's table, within its own LIMIT and OFFSET."""
    query = Select.read(text)
    own_limit, own_offset = _number(query, "LIMIT"), _number(query, "OFFSET") or 0
    limit = page.size if own_limit is None else max(0, min(page.size, own_limit - page.offset))
    modifiers = {**query.modifiers, "LIMIT": f"LIMIT {limit}", "OFFSET": f"OFFSET {own_offset + page.offset}"}
    unordered = [column for column in query.columns or () if column not in query.order]
    if unordered:
        modifiers["ORDER"] = "\n  ".join([modifiers.get("ORDER", "ORDER BY").rstrip(), *(f"?{column}" for column in unordered)])
    return replace(query, modifiers=modifiers).write()


def in_reading_order(text: str) -> str:
    """Have a query's ORDER BY sort names (`?place_label`) by the collation of `text.collation`. Any query but a SELECT stays as it is."""
    if form(text) != "SELECT":
        return text
    query = Select.read(text)
    order = query.modifiers.get("ORDER", "")
    names = [token for token in tokens(order) if token.kind == "variable" and token.text.endswith("_label")]
    if not names:
        return text
    order = replaced(order, [(token.start, token.end, f"<{COLLATION_KEY}>({token.text})") for token in names])
    return replace(query, modifiers={**query.modifiers, "ORDER": order}).write()


def counted(text: str) -> str:
    """The query that counts the rows of a SELECT query's table, as `?rows`."""
    query = Select.read(text)
    kept = {word: words for word, words in query.modifiers.items() if word != "ORDER" or "LIMIT" in query.modifiers}
    inner = replace(query, prologue="", dataset="", modifiers=kept).write()
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
    """The text with white space at its end, so that a comment there does not swallow what follows."""
    return text if text[-1:].isspace() else text + "\n"
