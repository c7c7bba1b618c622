"""`/downloads/`: the whole dataset as files."""

from flask import Blueprint, Response, jsonify, render_template, request, send_file

from graph_service.service import Service
from graph_service.web.answers import wants_html


def blueprint(service: Service) -> Blueprint:
    """The routes of the downloads."""
    routes = Blueprint("downloads", __name__)

    @routes.get("/downloads/")
    def listing() -> Response:
        if wants_html():
            return Response(render_template("downloads.html", snapshot=service.snapshot))
        return jsonify(
            version=service.snapshot.id,
            files=[
                {
                    "url": f"{request.host_url}downloads/{dump.path.name}",
                    "mediaType": dump.format.media,
                    "bytes": dump.bytes,
                    "sha256": dump.sha256,
                }
                for dump in service.snapshot.dumps
            ],
        )

    @routes.get("/downloads/<name>")
    def download(name: str) -> Response:
        dump = service.dump(name)
        return send_file(dump.path, mimetype=dump.format.content_type, as_attachment=True, etag=dump.sha256, conditional=True)

    return routes
