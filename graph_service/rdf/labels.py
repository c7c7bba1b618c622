"""Labels: the properties that name and describe things, and the choice of a text by language.

A label is looked up by properties of several vocabularies; of several texts the one in the reader's language is shown, else the closest
(RFC 4647, section 3.4, and BCP 47's order of subtags).
"""

from collections.abc import Iterable, Mapping

from graph_service.rdf.namespaces import DCTERMS, FOAF, RDFS, SCHEMA, SKOS

DC = "http://purl.org/dc/elements/1.1/"
#: The http form of schema.org's namespace, which many data sets still use.
SCHEMA_HTTP = "http://schema.org/"
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams#"

#: A label that is a resource itself (SKOS, appendix B), and the property with its text.
XL_LABEL, XL_TEXT = SKOSXL + "prefLabel", SKOSXL + "literalForm"

#: Label properties, best first.
LABELS = (
    *(RDFS + "label", SKOS + "prefLabel", SCHEMA + "name", SCHEMA_HTTP + "name", FOAF + "name"),
    *(DCTERMS + "title", DC + "title", ACTIVITYSTREAMS + "name"),
)

#: Properties whose values describe a thing, best first.
DESCRIPTIONS = (
    *(SKOS + "definition", RDFS + "comment", DCTERMS + "description", SCHEMA + "description", SCHEMA_HTTP + "description"),
    *(DC + "description", DCTERMS + "abstract", SKOS + "scopeNote", ACTIVITYSTREAMS + "summary"),
)

#: Rank of each label property. skos:prefLabel is a subproperty of rdfs:label: of the two, the language decides.
PLACES = {name: place for place, name in enumerate(LABELS)} | {SKOS + "prefLabel": 0}

#: A pattern that binds `?thing`, `?label` and `?property`, after a `VALUES ?thing { … }`. Each label is looked up by subject and property,
#: since a graph may have millions.
NAMED = f"""
  {{ VALUES ?property {{ {" ".join(f"<{name}>" for name in LABELS)} }} ?thing ?property ?label }}
  UNION {{ ?thing <{XL_LABEL}>/<{XL_TEXT}> ?label BIND(<{XL_LABEL}> AS ?property) }}"""


def distance(tag: str | None, asked: str) -> int:
    """How far a text's language is from the requested one; smaller is better.

    In this order: the language itself, a broader one (`de` for `de-AT`), a narrower one (`de-AT` for `de`), English, no language, any
    other. Tags have no case (RFC 5646, section 2.1.1).
    """
    given, wanted = (tag or "").lower(), asked.lower()
    if given == wanted:
        return 0
    if given and wanted.startswith(given + "-"):
        return 1 + wanted.removeprefix(given).count("-")
    primary = wanted.partition("-")[0]
    if given and (given == primary or given.startswith((wanted + "-", primary + "-"))):
        return _KIN + given.count("-")
    if given == "en" or given.startswith("en-"):
        return _ENGLISH + given.count("-")
    return _OTHER if given else _NONE


#: Tags have few subtags; one with a hundred does not occur.
_KIN, _ENGLISH, _NONE, _OTHER = 100, 200, 300, 400


def closest(tags: Iterable[str], language: str) -> str:
    """The language tag that is closest to a language, of several the first by letters."""
    return min(tags, key=lambda tag: (distance(tag, language), tag))


def in_language(texts: Mapping[str, str], *languages: str) -> str:
    """A text in the first of the languages that it has, else in English, else in any; "" if there is none."""
    return next((texts[tag] for tag in (*languages, "en", *texts) if texts.get(tag)), "")


def last_part(iri: str) -> str:
    """The part of an IRI after the last `#` or `/`, or else `:`; the whole IRI if that is empty."""
    trimmed = iri.rstrip("/#")
    for sign in "#/:":
        if sign in trimmed:
            return trimmed.rpartition(sign)[2] or iri
    return iri
