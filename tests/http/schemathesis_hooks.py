"""What schemathesis does not know: a SPARQL query is sent as it is (SPARQL 1.1 Protocol, section 2.1.3)."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/sparql-query")
def sparql_query(ctx: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
