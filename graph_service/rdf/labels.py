"""What things are called: the properties that name and describe things, and which of several texts a reader is shown.

The one place that says so. A name is looked for by the properties in use for it, whichever vocabulary they are of; of several texts the
one in the reader's language is shown, else one that comes near it (RFC 4647, section 3.4, and BCP 47's order of subtags).
"""

from graph_service.rdf.namespaces import DCTERMS, FOAF, RDFS, SCHEMA, SKOS

DC = "http://purl.org/dc/elements/1.1/"
#: schema.org's terms, as many data sets still write them.
SCHEMA_HTTP = "http://schema.org/"
SKOSXL = "http://www.w3.org/2008/05/skos-xl#"
ACTIVITYSTREAMS = "https://www.w3.org/ns/activitystreams#"

#: A label that is a thing itself (SKOS, appendix B), and the property that has its text.
XL_LABEL, XL_TEXT = SKOSXL + "prefLabel", SKOSXL + "literalForm"

#: Properties whose values are names, best first.
LABELS = (
    *(RDFS + "label", SKOS + "prefLabel", SCHEMA + "name", SCHEMA_HTTP + "name", FOAF + "name"),
    *(DCTERMS + "title", DC + "title", ACTIVITYSTREAMS + "name"),
)

#: Properties whose values say in words what a thing is, best first.
DESCRIPTIONS = (
    *(SKOS + "definition", RDFS + "comment", DCTERMS + "description", SCHEMA + "description", SCHEMA_HTTP + "description"),
    *(DC + "description", DCTERMS + "abstract", SKOS + "scopeNote", ACTIVITYSTREAMS + "summary"),
)

#: As SKOS has it, a preferred label is a label: where a thing has both, the language decides.
PLACES = {name: place for place, name in enumerate(LABELS)} | {SKOS + "prefLabel": 0}

#: The variables `?thing`, `?label` and `?property` of the names of the things in `VALUES ?thing { … }`, which is put before it. Each
#: name is looked up by its subject and property: a graph may have millions.
NAMED = f"""
  {{ VALUES ?property {{ {" ".join(f"<{name}>" for name in LABELS)} }} ?thing ?property ?label }}
  UNION {{ ?thing <{XL_LABEL}>/<{XL_TEXT}> ?label BIND(<{XL_LABEL}> AS ?property) }}"""


def distance(tag: str | None, asked: str) -> int:
    """How far the language of a text is from the one that is asked for: the less, the better.

    In this order: the language itself, what it is a kind of (`de` for `de-AT`), its kinds (`de-AT` for `de`), English, a text without a
    language, any other. Tags are compared without regard to case (RFC 5646, section 2.1.1).
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


#: Tags have few subtags; one with so many is of no living language.
_KIN, _ENGLISH, _NONE, _OTHER = 100, 200, 300, 400


def last_part(iri: str) -> str:
    """What an IRI ends with, behind the last `#`, `/` or, where it has neither, `:`; the IRI where that is nothing."""
    trimmed = iri.rstrip("/#")
    for sign in "#/:":
        if sign in trimmed:
            return trimmed.rpartition(sign)[2] or iri
    return iri
