"""What schemathesis does not know: how a SPARQL query is sent, and that a page must be there."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")
def sparql_query(ctx: Any, value: Any) -> bytes:
    """A SPARQL query is sent as it is (SPARQL 1.1 Protocol, section 2.1.3)."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:
    """Ask for the first page of a table: how many there are, no schema can say; see test_pages_of_tables.py for those beyond (422)."""
    page = (case.query or {}).get("page")
    if isinstance(page, int) or (isinstance(page, str) and page.isdecimal()):
        case.query["page"] = min(int(page), 1)
