"""The dataset in schema.org terms, as JSON-LD in pages for search engines."""

from collections.abc import Iterable
from typing import Any

from graph_service.rdf.namespaces import DCAT, DCTERMS, is_followed
from graph_service.rdf.terms import Literal, NamedNode, Triple
from graph_service.service.service import Service
from graph_service.web.http.languages import language_of_names


def schema_dataset(service: Service, root: str) -> dict[str, Any]:
    """A schema.org `Dataset` of the service at `root`."""
    dataset = service.space.dataset
    said = service.description(root, dataset)
    titles, descriptions = texts_of(said, dataset, DCTERMS + "title"), texts_of(said, dataset, DCTERMS + "description")
    name = service.about.title("en").value
    keywords = [word for words in texts_of(said, dataset, DCAT + "keyword").values() for word in words]
    snapshot = service.snapshot
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": dataset if service.space.is_named else root,
        "url": root,
        "name": name,
        "alternateName": [text for texts in titles.values() for text in texts if text != name],
        "description": descriptions.get("en", [""])[0],
        "keywords": keywords,
        "license": next(filter(is_followed, service.about.iris(DCTERMS + "license")), None),
        "creator": [{"@type": "Organization", "@id": iri} for iri in service.about.iris(DCTERMS + "creator") if is_followed(iri)],
        "version": snapshot.id,
        "dateModified": snapshot.made,
        "isAccessibleForFree": True,
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": root + "catalog", "url": root + "catalog"},
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{root}downloads/{snapshot.id}/{dump.path.name}",
                "encodingFormat": dump.format.media,
                "contentSize": f"{dump.bytes} B",
                "sha256": dump.sha256,
            }
            for dump in snapshot.dumps
        ],
    }
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def texts_of(said: Iterable[Triple], subject: str, property: str) -> dict[str, list[str]]:
    """Texts of a subject's property in a description, by language."""
    found: dict[str, list[str]] = {}
    for triple in sorted(said, key=str):
        if triple.subject == NamedNode(subject) and triple.predicate.value == property and isinstance(triple.object, Literal):
            found.setdefault(triple.object.language or "", []).append(triple.object.value)
    return found


def in_language(texts: dict[str, list[str]]) -> Literal | None:
    """The first text in the reader's language, else in English, else in any."""
    tag = next((tag for tag in (language_of_names(), "en", *texts) if tag in texts), None)
    return None if tag is None else Literal(texts[tag][0], language=tag) if tag else Literal(texts[tag][0])
