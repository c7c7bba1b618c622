"""The dataset in schema.org terms, as JSON-LD in pages for search engines."""

from typing import Any

from graph_service.rdf.namespaces import DCAT, DCTERMS, is_followed
from graph_service.service.service import Service


def schema_dataset(service: Service, root: str) -> dict[str, Any]:
    """A schema.org `Dataset` of the service at `root`."""
    dataset = service.space.dataset
    about, snapshot = service.about, service.snapshot
    name = about.title("en").value
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": dataset if service.space.is_named else root,
        "url": root,
        "name": name,
        "alternateName": [title.value for title in about.literals(DCTERMS + "title") if title.value != name],
        "description": about.texts(DCTERMS + "description").get("en"),
        "keywords": [word.value for word in about.literals(DCAT + "keyword")],
        "license": next(filter(is_followed, about.iris(DCTERMS + "license")), None),
        "creator": [{"@type": "Organization", "@id": iri} for iri in about.iris(DCTERMS + "creator") if is_followed(iri)],
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
