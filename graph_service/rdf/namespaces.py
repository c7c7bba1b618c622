"""Namespaces of common vocabularies, and the characters and schemes of IRIs."""

import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

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

#: The vocabulary by which a graph says how it is displayed (docs/presentation.md).
VIEW = "https://w3id.org/graph-service/view#"

#: The usual prefixes: those of common vocabularies, and this service's own.
USUAL: Mapping[str, str] = {
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
}

#: IRI schemes that pages link to. Others may run code (`javascript:`) or lead nowhere (`urn:`).
FOLLOWED = ("http", "https", "mailto")

#: Characters allowed in an IRI's path beside letters and digits (RFC 3986, section 3.3).
_OF_PATHS = frozenset("-._~!$&'()*+,;=:@/")


def below(base: str, path: str) -> str:
    """The IRI of a path below a base; characters that a path may not have are percent-encoded (RFC 3987, section 2.2)."""
    return base + "".join(c if c in _OF_PATHS or unicodedata.category(c)[0] in "LMN" else quote(c, safe="") for c in path)


def namespace(iri: str) -> str:
    """The namespace of an IRI: up to its last `#` or `/`, else its last `:`."""
    end = max(iri.rfind("#"), iri.rfind("/"))
    return iri[: 1 + (end if end >= 0 else iri.rfind(":"))]


def is_followed(iri: str) -> bool:
    """Whether a page may link to an IRI; schemes have no case (RFC 3986, section 3.1)."""
    return iri.partition(":")[0].lower() in FOLLOWED
