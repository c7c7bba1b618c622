"""The application factory: `create_app` assembles the Flask application."""

from functools import partial

from flask import Flask, Response
from prometheus_client import CollectorRegistry
from werkzeug.exceptions import HTTPException, InternalServerError

from graph_service.errors import MalformedQuery, ServiceError, Unavailable
from graph_service.rdf.namespaces import DCTERMS, is_followed
from graph_service.rdf.prefixes import written
from graph_service.service.service import Service
from graph_service.settings import LANGUAGES, Settings
from graph_service.snapshot.snapshot import Snapshot
from graph_service.web.data import changes, contexts, descriptions, downloads, graphs, signposts, vocabulary
from graph_service.web.display import assets, marked, numerals, translations
from graph_service.web.display.destinations import destination, know
from graph_service.web.display.mistakes import malformed
from graph_service.web.endpoints import crawlers, explain, hints, openapi, pictures, queries, resources, search, sparql, status
from graph_service.web.http import languages, values
from graph_service.web.http.precomputed import Kept
from graph_service.web.http.responses import problem, translated
from graph_service.web.middleware import content_security, cors, mount
from graph_service.web.middleware.takeover import Takeover
from graph_service.web.pages import about, comparison, documents, home, kinds, near_matches, ontology
from graph_service.web.pages.citations import citations
from graph_service.web.pages.neighbours import neighbours
from graph_service.web.pages.presentation import presentation_of, subject
from graph_service.web.pages.questions import by_subject
from graph_service.web.pictures import gallery
from graph_service.web.tables import archive, metadata_files


def create_app(service: Service, settings: Settings, registry: CollectorRegistry, takeover: Takeover | None = None) -> Flask:
    """Create the application over a service. All it needs is passed in; nothing is global."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_limit
    app.config["VALUES_LIMIT"], app.config["VALUE_LENGTH"] = settings.values_limit, settings.value_length
    app.config["LANGUAGES"] = tuple(dict.fromkeys((*LANGUAGES, *service.snapshot.languages)))
    app.config["IMAGE_HOSTS"] = settings.image_hosts
    # People read JSON, too: members keep their order, and letters are not escaped.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["kept"] = Kept(0) if settings.development else Kept()
    app.config["TEMPLATES_AUTO_RELOAD"] = settings.development
    know(app, service)
    app.jinja_env.filters["destination"] = destination
    app.jinja_env.filters["followed"] = is_followed
    app.jinja_env.filters["subject"] = partial(subject, service)
    app.jinja_env.globals["pairs"] = values.pairs
    app.jinja_env.globals.update(marked_term=marked.term, marked_other=marked.other, linked=marked.link)
    app.jinja_env.globals.update(prefixes=written(), language=languages.language, language_of_names=languages.language_of_names)
    app.jinja_env.globals.update(graph_title=lambda: service.about.title(languages.language_of_names()), contents=service.snapshot.contents)
    app.jinja_env.globals.update(has_pictures=bool(gallery.pictures(service)), has_queries=bool(service.catalogue.queries))
    app.jinja_env.globals.update(first_query=lambda: presentation_of(service).first_query, menu=lambda: kinds.menu(service))
    app.jinja_env.globals.update(by_subject=partial(by_subject, service), citations=partial(citations, service))
    app.jinja_env.globals["neighbours"] = partial(neighbours, service)
    app.jinja_env.globals.update(languages=languages.versions, neutral=languages.neutral)
    app.jinja_env.globals.update(snapshot_id=service.snapshot.id, licenses=lambda: service.about.iris(DCTERMS + "license"))
    app.jinja_env.globals["asset"] = assets.addresses()
    translations.speak(app)
    numerals.write(app)
    near_matches.write(app, service)
    # Flask runs `after_request` functions in reverse order of registration.
    app.register_blueprint(mount.blueprint())
    app.register_blueprint(languages.blueprint(settings.language))
    for module in (
        home,
        sparql,
        vocabulary,
        hints,
        queries,
        metadata_files,
        pictures,
        resources,
        ontology,
        kinds,
        documents,
        about,
        comparison,
        explain,
        downloads,
        descriptions,
        graphs,
        signposts,
        contexts,
        crawlers,
        changes,
        openapi,
    ):
        app.register_blueprint(module.blueprint(service))
    app.register_blueprint(search.blueprint(service, settings))
    app.register_blueprint(archive.blueprint(service, settings))
    app.register_blueprint(status.blueprint(service, settings, registry, takeover or Takeover()))
    app.register_error_handler(ServiceError, problem)
    app.register_error_handler(MalformedQuery, malformed)
    app.register_error_handler(HTTPException, partial(_on_http_exception, service.snapshot))
    app.register_blueprint(assets.blueprint())
    app.register_blueprint(cors.blueprint())
    app.register_blueprint(content_security.blueprint(settings.image_hosts))
    return app


def _on_http_exception(snapshot: Snapshot, error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        redirection = error.get_response()
        assert isinstance(redirection, Response)
        return redirection
    if isinstance(error, InternalServerError) and snapshot.fault:
        # The error is in the log; the client can only wait until the files are restored.
        return problem(Unavailable("A file of the graph is gone or damaged here. `graph-service build` makes it anew.", retry_after=60))
    return problem(translated(error))
