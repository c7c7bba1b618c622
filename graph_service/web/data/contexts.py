"""`/context.jsonld` and `/context/{version}.jsonld`: the JSON-LD context, and compaction of JSON-LD responses with it.

Each version of the context has an immutable address, to which responses refer. A client that wants no context asks for the profile
`expanded` (JSON-LD 1.1, section 6.1: `application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"`).
"""

import hashlib
import json

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState

from graph_service.errors import Gone, NotFound
from graph_service.formats.jsonld import Compactor
from graph_service.service.service import Service
from graph_service.web.http.links import Link, add

#: Profiles and link relations of JSON-LD (sections 6.1 and 6.2 of its media type's registration).
_EXPANDED, _COMPACTED, _FLATTENED, _CONTEXT = (
    f"http://www.w3.org/ns/json-ld#{name}" for name in ("expanded", "compacted", "flattened", "context")
)

#: Key of the compaction function in the application's extensions.
_COMPACT = "jsonld-compact"

#: The largest document that is compacted, in bytes: more takes long, and is for programs.
_LARGEST = 512 * 2**10


def blueprint(service: Service) -> Blueprint:
    """The routes of the context, and compaction of every JSON-LD response."""
    routes = Blueprint("contexts", __name__)
    content = service.snapshot.context
    version = hashlib.sha256(content).hexdigest()[:12]
    context = json.loads(content)["@context"]

    @routes.record_once
    def give(state: BlueprintSetupState) -> None:
        state.app.extensions[_COMPACT] = shortened

    def shortened(document: bytes) -> bytes:
        address = f"{request.root_url}context/{version}.jsonld"
        short = Compactor(context, address).compact(json.loads(document))
        return json.dumps(short, ensure_ascii=False, separators=(",", ":")).encode()

    @routes.get("/context.jsonld")
    def latest() -> Response:
        response = _context(content)
        response.headers["Content-Location"] = f"/context/{version}.jsonld"
        return response

    @routes.get("/context/<wanted>.jsonld")
    def versioned(wanted: str) -> Response:
        for kept in service.versions:
            if hashlib.sha256(kept.context).hexdigest()[:12] == wanted:
                response = _context(kept.context)
                response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
                return response
        if len(wanted) != len(version) or set(wanted) - set("0123456789abcdef"):
            raise NotFound(f"There is no context {wanted!r}; the current one is at /context.jsonld.")
        raise Gone(f"There is no context {wanted} here any more; the current one is at /context.jsonld.", replaced_by=["/context.jsonld"])

    @routes.after_app_request
    def shorten(response: Response) -> Response:
        whole = not response.direct_passthrough and not response.is_streamed
        if response.mimetype == "application/ld+json" and whole and response.status_code in {200, 410} and not _is_context():
            document = response.get_data()
            # A compacted document is an object; an expanded one is an array.
            is_short = document.startswith(b"{")
            if wants_expanded() or (not is_short and len(document) > _LARGEST):
                return _of_profile(response, _EXPANDED)
            address = f"{request.root_url}context/{version}.jsonld"
            if not is_short:
                response.set_data(shortened(document))
            if _is_plain_json():
                response.content_type = "application/json"
                return add(response, [Link(_CONTEXT, address, "application/ld+json")])
            # Compacted documents are flattened, too: each node is in the list once, and nodes refer to each other.
            return _of_profile(response, _COMPACTED, _FLATTENED)
        return response

    def _is_context() -> bool:
        return request.path.startswith("/context")

    return routes


def compact(document: bytes) -> bytes:
    """Compact an expanded JSON-LD document with the application's context."""
    made: bytes = current_app.extensions[_COMPACT](document)
    return made


def wants_expanded() -> bool:
    """Whether the client asks for JSON-LD without a context."""
    return _EXPANDED in request.headers.get("Accept", "")


def _of_profile(response: Response, *profiles: str) -> Response:
    """Declare a response's profiles: by links (Content Negotiation by Profile), and in its type if the client uses profiles."""
    if "profile=" in request.headers.get("Accept", ""):
        response.content_type = f'application/ld+json;profile="{" ".join(profiles)}"'
    response.headers["Content-Profile"] = ", ".join(f"<{profile}>" for profile in profiles)
    return add(response, [Link("profile", profile) for profile in profiles])


def _is_plain_json() -> bool:
    """Whether the client asks for `application/json` and not for JSON-LD (JSON-LD 1.1, section 6.1)."""
    accept = request.accept_mimetypes
    return "application/json" in accept.values() and "application/ld+json" not in accept.values() and not request.path.endswith(".jsonld")


def _context(content: bytes) -> Response:
    return Response(content, content_type="application/ld+json")
