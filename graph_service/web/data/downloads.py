"""`/downloads/`: dumps of the whole and of each graph, with an immutable address for each version.

`/downloads/<version>/<file>` is immutable; `/downloads/<file>` and `/downloads/latest/<file>` are of the current version. Files support
ranges and conditional requests (RFC 9110, sections 13 and 14).
"""

from flask import Blueprint, Response, jsonify, redirect, render_template, request

from graph_service.errors import Gone, NotFound
from graph_service.formats.media_types import DOCUMENT_FORMATS
from graph_service.service.service import Service
from graph_service.snapshot.dumps import Dump
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.data.datasets import schema_dataset
from graph_service.web.data.descriptions import document
from graph_service.web.data.files import sent
from graph_service.web.data.signposts import licenses
from graph_service.web.http.links import Link, add
from graph_service.web.http.responses import choose, wants_html, write

_FOR_EVER = "public, max-age=31536000, immutable"


def blueprint(service: Service) -> Blueprint:
    """The routes of the downloads."""
    routes = Blueprint("downloads", __name__)

    @routes.get("/downloads/")
    @routes.get("/downloads/latest/")
    def listing() -> Response:
        return _listing(service.snapshot)

    @routes.get("/downloads/<version>/")
    def of_version(version: str) -> Response:
        return _listing(_version(version))

    @routes.get("/downloads/<name>")
    @routes.get("/downloads/latest/<name>")
    def latest(name: str) -> Response:
        if any(kept.id == name for kept in service.versions):
            response = redirect(f"/downloads/{name}/", 301)
            assert isinstance(response, Response)
            return response
        dump = service.dump(name)
        place = f"/downloads/{service.snapshot.id}/{name}"
        response = _file(dump)
        response.headers["Content-Location"] = place
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        return add(response, [Link("canonical", request.root_url.rstrip("/") + place, dump.media)])

    @routes.get("/downloads/<version>/<name>")
    def of_version_file(version: str, name: str) -> Response:
        snapshot = _version(version)
        dump = next((dump for dump in snapshot.files if dump.path.name == name), None)
        if dump is None and name in snapshot.left_out:
            raise NotFound(f"There is no file {name} in version {version}: {snapshot.left_out[name]}")
        if dump is None:
            raise NotFound(f"There is no file {name} in version {version}. The list is at /downloads/{version}/.")
        response = _file(dump)
        response.headers["Cache-Control"] = _FOR_EVER
        return add(response, [Link("latest-version", f"{request.root_url}downloads/latest/{name}", dump.media)])

    def _version(version: str) -> Snapshot:
        kept = {snapshot.id: snapshot for snapshot in service.versions}
        if version in kept:
            return kept[version]
        if len(version) == 16 and set(version) <= set("0123456789abcdef"):
            raise Gone(f"Version {version} is not kept here. Kept: {', '.join(kept)}.", replaced_by=["/downloads/latest/"])
        raise NotFound(f"There is no version {version!r}. Kept: {', '.join(kept)}.")

    def _file(dump: Dump) -> Response:
        response = sent(dump, attached=True)
        root = request.root_url
        return add(
            response,
            [
                Link("collection", root),
                Link("via", f"{root}downloads/{dump.path.parent.parent.name}/"),
                Link("describedby", root + "catalog", "text/turtle"),
                *licenses(service),
                Link("type", "https://schema.org/DataDownload"),
            ],
        )

    def _listing(snapshot: Snapshot) -> Response:
        versions = service.versions
        if wants_html():
            dataset = schema_dataset(service, request.root_url)
            return Response(
                render_template("downloads.html", snapshot=snapshot, current=service.snapshot, versions=versions, dataset=dataset)
            )
        format = choose(DOCUMENT_FORMATS)
        if format.engine is not None:
            return write(document(service, format, f"{service.space.downloads}{snapshot.id}/", version=snapshot), format)
        base = f"{request.root_url}downloads/"
        return jsonify(
            version=snapshot.id,
            made=snapshot.made,
            triples=snapshot.triples,
            files=[
                {
                    "url": f"{base}{snapshot.id}/{dump.path.name}",
                    "mediaType": dump.format.media,
                    "bytes": dump.bytes,
                    "sha256": dump.sha256,
                    "graph": dump.graph,
                    "inferred": dump.inferred,
                    "compressed": dump.compressed,
                }
                for dump in snapshot.files
            ],
            leftOut=snapshot.left_out,
            versions=[{"version": kept.id, "made": kept.made, "triples": kept.triples, "url": f"{base}{kept.id}/"} for kept in versions],
            changes=f"{request.root_url}changes",
        )

    return routes
