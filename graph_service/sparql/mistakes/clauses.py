"""Mistakes in clauses: how a query begins, SELECT, keywords of patterns, solution modifiers."""

from collections.abc import Iterator, Sequence

from graph_service.sparql.mistakes.mistake import FORMS, FUNCTIONS, Mistake, here, near, past, text_behind, up_to_closing, with_next
from graph_service.sparql.tokens import Token


def beginning(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Mistakes in the prologue, and in how the query begins after it."""
    place = 0
    while place < len(stream):
        token, behind = stream[place], stream[place + 1 : place + 3]
        if token.is_word("PREFIX") and behind and behind[0].kind == "word":
            yield here(behind[0], "prefix-colon", mend=behind[0].text + ":")
        if token.kind == "tag" and token.text.lower() in {"@prefix", "@base"}:
            yield here(token, "turtle-prefix", mend=token.text[1:].upper())
        elif not token.is_word("PREFIX") and not token.is_word("BASE") and not token.is_word("VERSION"):
            break
        place += 2 if token.is_word("BASE") or token.is_word("VERSION") else 3
        if place < len(stream) and stream[place].text == ".":
            yield here(stream[place], "prefix-stop", mend="")
            place += 1
    if place >= len(stream):
        yield past(stream[-1], "only-prefixes")
        return
    first = stream[place]
    if not any(map(first.is_word, FORMS)):
        meant = near(first, (*FORMS, "PREFIX", "BASE"))
        yield here(first, "keyword", mend=meant, meant=meant) if meant else here(first, "no-query")
    elif not first.is_word("DESCRIBE") and not any(token.text == "{" for token in stream):
        yield past(stream[-1], "no-group")


def selected(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Mistakes in the SELECT clauses of the query and its subqueries."""
    for place, token in enumerate(stream):
        if not token.is_word("SELECT"):
            continue
        depth = 0
        opening: Token | None = None
        has_name = False
        before = token
        for part in stream[place + 1 :]:
            if part.text == "{" or part.is_word("WHERE") or part.is_word("FROM"):
                break
            if part.text == "(" and part.kind == "mark":
                if depth == 0:
                    opening, has_name = part, False
                    if any(map(before.is_word, FUNCTIONS)):
                        yield here(before, "expression")
                depth += 1
            elif part.text == ")":
                depth -= 1
                if depth == 0 and not has_name and opening is not None:
                    yield Mistake("alias", opening.start, part.end, {"found": text[opening.start : part.end]})
            elif part.is_word("AS"):
                has_name = True
                if depth == 0 and before.kind == "variable":
                    yield here(before, "renamed")
            elif part.text == "," and depth == 0:
                yield here(part, "comma", mend="")
            before = part
        if before is token:
            yield here(token, "nothing", mend="SELECT *")


def patterns(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Mistakes after keywords of patterns and modifiers."""
    before: Token | None = None
    for token, behind in with_next(stream):
        follows = "" if behind is None else behind.text
        if any(map(token.is_word, ("FILTER", "HAVING"))) and behind is not None:
            if follows != "(" and not _is_constraint(stream, behind):
                yield here(token, "brackets")
        elif any(map(token.is_word, ("OPTIONAL", "UNION", "MINUS"))) and follows != "{":
            yield here(token, "braces")
        elif token.is_word("VALUES") and follows == "(" and behind is not None:
            head = up_to_closing(stream, behind)
            if text_behind(stream, head[-1], 1) == "{" and text_behind(stream, head[-1], 2) not in {"(", "}"}:
                yield here(token, "rows")
        elif token.is_word("VALUES") and behind is not None and behind.kind == "variable" and text_behind(stream, behind, 1) != "{":
            yield here(token, "braces")
        elif token.is_word("FROM") and behind is not None and behind.kind not in {"iri", "name"} and not behind.is_word("NAMED"):
            yield here(token, "graph")
        elif token.is_word("BIND") and (follows != "(" or not any(part.is_word("AS") for part in up_to_closing(stream, behind))):
            yield here(token, "bind")
        elif token.is_word("EXISTS") and before is not None and _begins_pattern(stream, token):
            start = before if before.is_word("NOT") else token
            yield Mistake(
                "exists", start.start, token.end, {"found": text[start.start : token.end]}, f"FILTER {text[start.start : token.end]}"
            )
        elif any(map(token.is_word, ("ORDER", "GROUP"))) and (behind is None or not behind.is_word("BY")):
            if behind is None or not near(behind, ("BY",)):
                yield here(token, "by", mend=f"{token.text} BY")
        elif any(map(token.is_word, ("LIMIT", "OFFSET"))) and (behind is None or behind.kind != "number"):
            yield here(token, "number")
        before = token


def _is_constraint(stream: Sequence[Token], first: Token) -> bool:
    """Whether a constraint without brackets begins with this token: EXISTS, or a single function call."""
    if first.is_word("NOT") or first.is_word("EXISTS"):
        return True
    if first.kind not in {"iri", "name"} and first.text.upper() not in FUNCTIONS:
        return False
    call = [first, *up_to_closing(stream, first)]
    return text_behind(stream, call[-1], 1) not in {"<", ">", "=", "!", "&", "|", "+", "-", "*", "/"}


def _begins_pattern(stream: Sequence[Token], token: Token) -> bool:
    """Whether EXISTS stands where a pattern begins, not in an expression."""
    at = stream.index(token) - 1
    if stream[at].is_word("NOT"):
        at -= 1
    before = stream[at]
    return not (before.is_word("FILTER") or before.text in {"(", "!", "&", "|", ",", "="} or before.is_word("NOT"))


def modifiers(text: str, stream: Sequence[Token]) -> Iterator[Mistake]:
    """Solution modifiers in the wrong order, and a semicolon at the end."""
    order = {word: place for place, word in enumerate(("GROUP", "HAVING", "ORDER", "LIMIT", "VALUES"))} | {"OFFSET": 3}
    depth = 0
    last: Token | None = None
    closed = False
    for token, behind in with_next(stream):
        if token.kind == "mark" and token.text in "{(":
            depth += 1
        elif token.kind == "mark" and token.text in "})":
            depth -= 1
            closed = closed or (depth == 0 and token.text == "}")
        elif depth == 0 and closed:
            if token.text == ";" and behind is None:
                yield here(token, "semicolon", mend="")
            if token.kind == "word" and token.text.upper() in order:
                if last is not None and order[token.text.upper()] < order[last.text.upper()]:
                    yield here(token, "order", after=last.text)
                last = token
