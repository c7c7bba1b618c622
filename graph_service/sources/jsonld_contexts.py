"""JSON-LD contexts: puts local copies in place of the contexts that a document refers to by URL. Nothing is downloaded.

A relative reference means a file beside the document. References within copies are resolved in the same way.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from graph_service.errors import SourceError
from graph_service.files import text_of

_CONTEXT, _IMPORT = "@context", "@import"

#: A context in a document. The quotation mark is not escaped, so it is not inside a string.
_KEY = re.compile(rf'(?<!\\)"{_CONTEXT}"\s*:\s*')

_JSON = json.JSONDecoder()


class NoCopy(Exception):
    """There is no local copy of a context, or no context in it."""

    def __init__(self, detail: str, place: int) -> None:
        """`detail` is a sentence, `place` the reference's offset in the document."""
        super().__init__(detail)
        self.detail, self.place = detail, place


def with_contexts(document: str, base: str, copies: Mapping[str, Path], limit: int) -> str:
    """The document with its referenced contexts inlined, on the same lines; `copies` maps context URLs to local files.

    Raises NoCopy, also if the document becomes longer than the limit. Malformed JSON stays as it is.
    """
    done, place, size = [], 0, len(document)
    while match := _KEY.search(document, place):
        try:
            value, end = _JSON.raw_decode(document, match.end())
        except (ValueError, RecursionError):
            break
        try:
            whole = _whole(value, base, copies, ())
        except SourceError as error:
            raise NoCopy(error.detail, match.end()) from error
        written = document[match.end() : end] if whole == value else json.dumps(whole, ensure_ascii=False)
        size += len(written) - (end - match.end())
        if size > limit:
            raise NoCopy(f"With its contexts it is larger than {limit:,} bytes. --source-limit sets how large a file may be.", match.end())
        done += [document[place : match.end()], written]
        place = end
    return "".join([*done, document[place:]])


def _whole(context: Any, base: str, copies: Mapping[str, Path], within: tuple[str, ...]) -> Any:  # noqa: ANN401 - what JSON can be
    """A context with all its references inlined. Raises SourceError for one without a copy, and for a circular one."""
    if isinstance(context, str):
        return _copy(context, base, copies, within)
    if isinstance(context, list):
        parts = [_whole(part, base, copies, within) for part in context]
        return [one for part in parts for one in (part if isinstance(part, list) else [part])]
    if not isinstance(context, dict):
        return context
    # Terms can have scoped contexts.
    terms = {
        name: {**term, _CONTEXT: _whole(term[_CONTEXT], base, copies, within)} if isinstance(term, dict) and _CONTEXT in term else term
        for name, term in context.items()
    }
    name = terms.get(_IMPORT)
    imported = _copy(name, base, copies, within) if isinstance(name, str) else None
    if isinstance(imported, dict):
        del terms[_IMPORT]
        return {**imported, **terms}
    return terms


def _copy(name: str, base: str, copies: Mapping[str, Path], within: tuple[str, ...]) -> Any:  # noqa: ANN401 - what JSON can be
    iri = urljoin(base, name)
    if iri in within:
        raise SourceError(f"The context {iri} has itself in it, which is not supported here.")
    path = copies.get(iri)
    if path is None and not urlsplit(name).scheme and iri.startswith("file:"):
        path = Path(unquote(urlsplit(iri).path))
    if path is None:
        raise SourceError(f"The context {iri} is needed, and nothing is fetched. --context {iri}=FILE names a copy of it.")
    try:
        document = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"The context {iri} is to be in {path}, which is no JSON: {error}.") from error
    if not isinstance(document, dict) or _CONTEXT not in document:
        raise SourceError(f"The context {iri} is to be in {path}, which has no @context in it.")
    return _whole(document[_CONTEXT], iri, copies, (*within, iri))
