"""IRIs, prefixes and graph names: what the contract calls things.

Prefixes are for reading and writing; no module builds an IRI by pasting strings anywhere else.
"""

import unicodedata
from urllib.parse import quote

from graph_service.words.remembering import remembered

BASE = "https://w3id.org/labcoop/"
NS = BASE + "ns#"
ONTOLOGY = BASE + "ns"
SHAPES = BASE + "shapes"
GRAPH = BASE + "graph/"
THING = BASE + "id/"
VOCABULARY = BASE + "vocab/"
STATEMENT = THING + "statement/"

GRAPH_ONTOLOGY = GRAPH + "ontology"
GRAPH_INFERRED = GRAPH + "inferred"
GRAPH_DESCRIPTION = GRAPH + "description"

#: What the service and its documents are called in the graph; a running service answers for them under its own host. The canned queries
#: as a service (`API`) are told of in the catalogue, since their own document tells of each of them.
DATASET = BASE
CATALOG = BASE + "catalog"
ENDPOINT = BASE + "sparql"
QUERIES = BASE + "queries"
DOWNLOADS = BASE + "downloads/"
OPENAPI = BASE + "openapi.json"
API = CATALOG + "#queries"
WELL_KNOWN_VOID = BASE + ".well-known/void"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
VOID_EXT = "http://ldf.fi/void-ext#"
DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
SCHEMA = "https://schema.org/"
SHACL = "http://www.w3.org/ns/shacl#"
SPDX = "http://spdx.org/rdf/terms#"
SPEX = "https://purl.expasy.org/sparql-examples/ontology#"

#: The terms in which a graph says how it wants to be shown (docs/presentation.md).
VIEW = "https://w3id.org/graph-service/view#"

#: Schemes of addresses that pages lead to. What others do is not known (`javascript:` runs), or nothing (`urn:`).
FOLLOWED = ("http", "https", "mailto")

#: What may stand in the path of an IRI beside letters and digits (RFC 3986, section 3.3).
_OF_PATHS = frozenset("-._~!$&'()*+,;=:@/")

#: The types of things: `https://w3id.org/labcoop/id/<type>/<key>`.
_KINDS = (
    *("activity", "claim", "commitment", "contact", "contribution", "document", "event", "figure", "framework", "funding"),
    *("instrument", "membership", "objective", "organisation", "participation", "partnership", "passage", "person", "place", "position"),
    *("project", "provision", "quotation", "ratification", "report", "result", "standard", "statement", "topic"),
)

#: Prefixes used in exports and pages: types of things and concept schemes have one each, as in the sources.
PREFIXES: dict[str, str] = {
    "lc": NS,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "oa": OA,
    "foaf": FOAF,
    "prov": PROV,
    "schema": SCHEMA,
    "dcat": DCAT,
    "sd": SD,
    "sh": SHACL,
    "spdx": SPDX,
    "spex": SPEX,
    "void": VOID,
    "void-ext": VOID_EXT,
    "vann": "http://purl.org/vocab/vann/",
    "view": VIEW,
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    **{kind: f"{THING}{kind}/" for kind in _KINDS},
    "group": VOCABULARY + "beneficiary-group/",
    "orgtype": VOCABULARY + "organisation-type/",
    "role": VOCABULARY + "role/",
    "category": VOCABULARY + "convention-category/",
    "frameworktype": VOCABULARY + "framework-type/",
    "activitytype": VOCABULARY + "activity-type/",
    "bound": VOCABULARY + "figure-bound/",
    "status": VOCABULARY + "status/",
    "sector": VOCABULARY + "sector/",
    "measure": VOCABULARY + "figure-measure/",
    "area": VOCABULARY + "fiap-area/",
    "pillar": VOCABULARY + "ilo-lac-pillar/",
    "verification": VOCABULARY + "verification/",
    "degree": VOCABULARY + "degree/",
    "level": VOCABULARY + "level/",
    "quantifier": VOCABULARY + "quantifier/",
    "answer": VOCABULARY + "answer/",
    "graph": GRAPH,
}


#: What is read as a prefix beside those that are written. `labcoop` is the one that the ontology prefers: elsewhere, `lc` is the prefix of
#: Linked Connections (https://prefix.cc/lc).
READ_PREFIXES: dict[str, str] = {**PREFIXES, "labcoop": NS}


def below(base: str, path: str) -> str:
    """The IRI of a path below a base; what is neither a letter, a digit nor allowed in a path is escaped (RFC 3987, section 2.2)."""
    return base + "".join(c if c in _OF_PATHS or unicodedata.category(c)[0] in "LMN" else quote(c, safe="") for c in path)


def is_followed(iri: str) -> bool:
    """Whether a page may lead to an IRI; a scheme has no case (RFC 3986, section 3.1)."""
    return iri.partition(":")[0].lower() in FOLLOWED


@remembered(2**14)
def curie(iri: str) -> str:
    """The shortest name of an IRI: `lc:Project`, `place:CRI`, or the IRI itself where no prefix fits."""
    best = max((p for p in PREFIXES.items() if iri.startswith(p[1])), key=lambda p: len(p[1]), default=None)
    if best is None or "/" in iri[len(best[1]) :] or "#" in iri[len(best[1]) :]:
        return iri
    return f"{best[0]}:{iri[len(best[1]) :]}"
