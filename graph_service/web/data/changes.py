"""`/changes` and `/feed.atom`: the stored versions of the graph, and the diffs between them.

The feed is Atom (RFC 4287), an entry for each version; a diff is a page, JSON or an RDF Patch.
"""

from collections.abc import Sequence
from itertools import pairwise

from flask import Blueprint, Response, jsonify, render_template, request

from graph_service.errors import NotFound
from graph_service.formats.media_types import Format
from graph_service.formats.xml import shown
from graph_service.service.service import Service
from graph_service.snapshot.changes import Changes, changes
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.data.datasets import schema_dataset
from graph_service.web.http.links import Link, add
from graph_service.web.http.precomputed import content, page
from graph_service.web.http.responses import choose, wants_html, write

_FORMATS = (
    Format("json", "application/json"),
    Format("rdfp", "application/rdf-patch", ("text/rdf-patch",)),
)

#: The most triples of each kind on a page; the patch has all.
_SHOWN = 200


def blueprint(service: Service) -> Blueprint:
    """The routes of versions and diffs."""
    routes = Blueprint("changes", __name__)

    @routes.get("/changes")
    def history() -> Response:
        feed = [Link("alternate", request.root_url + "feed.atom", "application/atom+xml")]
        if wants_html():
            return add(page(f"changes {_ids(service)}", lambda: _page(service)), feed)
        versions = service.versions
        steps = _steps(versions)
        listed = [{"version": v.id, "made": v.made, "triples": v.triples, "url": f"{request.root_url}downloads/{v.id}/"} for v in versions]
        return add(jsonify(versions=listed, changes=[_summary(step) for step in steps]), feed)

    @routes.get("/changes/<older>/<newer>")
    @routes.get("/changes/<older>/<newer>.<suffix>")
    def change(older: str, newer: str, suffix: str | None = None) -> Response:
        kept = {version.id: version for version in service.versions}
        for version in (older, newer):
            if version not in kept:
                raise NotFound(f"There is no version {version!r}. Kept: {', '.join(kept)}.")
        step = changes(kept[older], kept[newer])
        if suffix is None and wants_html() and not request.values.get("format"):
            return Response(render_template("change.html", step=step, older=kept[older], newer=kept[newer], shown=_SHOWN))
        format = choose(_FORMATS, suffix)
        if format.name == "rdfp":
            return write(step.as_patch().encode(), format)
        return jsonify(**_summary(step), addedQuads=step.added, removedQuads=step.removed)

    @routes.get("/feed.atom")
    def feed() -> Response:
        made = content(f"feed {_ids(service)}", lambda: _feed(service))
        return Response(made, content_type="application/atom+xml; charset=utf-8")

    return routes


def _ids(service: Service) -> str:
    """The ids of the stored versions, a cache key: pages are valid until a version is added or removed."""
    return " ".join(version.id for version in service.versions)


def _steps(versions: Sequence[Snapshot]) -> list[Changes]:
    """The changes from each version to the next newer one, the newest first."""
    return [changes(older, newer) for newer, older in pairwise(versions)]


def _page(service: Service) -> str:
    versions = service.versions
    feed = [Link("alternate", request.root_url + "feed.atom", "application/atom+xml")]
    steps = _steps(versions)
    return render_template("changes.html", versions=versions, steps=steps, links=feed)


def _feed(service: Service) -> str:
    title = shown(str(schema_dataset(service, request.root_url).get("name")))
    # The oldest version has no changes.
    steps = [*_steps(service.versions), None]
    return render_template("feed.xml", title=title, downloads=service.space.downloads, versions=service.versions, steps=steps)


def _summary(step: Changes) -> dict[str, object]:
    return {
        "older": step.older,
        "newer": step.newer,
        "added": step.triples.added,
        "removed": step.triples.removed,
        "description": {"added": step.described.added, "removed": step.described.removed},
        "graphs": [{"graph": graph or None, "added": added, "removed": removed} for graph, added, removed in step.by_graph],
        "url": f"{request.root_url}changes/{step.older}/{step.newer}",
        "patch": f"{request.root_url}changes/{step.older}/{step.newer}.rdfp",
    }
