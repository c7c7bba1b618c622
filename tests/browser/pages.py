"""One page of each kind: what the tests look at."""

from urllib.parse import quote

_TABLE = (
    "PREFIX lc: <https://w3id.org/labcoop/ns#> SELECT ?project ?year { ?project a lc:Project OPTIONAL { ?project lc:startYear ?year } }"
)

PAGES = {
    "home": "/",
    "queries": "/queries",
    "query": "/queries/projects-by-country?country=place:TUN",
    "form": "/queries/projects-active-in-year",
    "wrong-value": "/queries/projects-active-in-year?year=soon",
    "about": "/about",
    "documents": "/documents",
    "document": "/documents/brochure-2023",
    "frameworks": "/things/frameworks",
    "kinds": "/things",
    "kind": "/things/projects",
    "search": "/search?q=Tunisia",
    "pictures": "/pictures",
    "map": "/pictures/projects-by-country",
    "network": "/pictures/network",
    "editor": "/sparql",
    "result": f"/sparql?query={quote(_TABLE)}",
    "truth": f"/sparql?query={quote('ASK {}')}",
    "malformed": f"/sparql?query={quote('SELECT * {')}",
    "project": "/page/project/triangle-in-asean",
    "sheet": "/page/project/triangle-in-asean?view=brief",
    "comparison": "/compare?thing=project:forteress-tunisia&thing=project:opening-doors-peru",
    "person": "/page/person/leila-omrani",
    "organisation": "/page/organisation/ilo",
    "place": "/page/place/TUN",
    "standard": "/page/standard/c190",
    "passage": "/page/passage/brochure-2023/370-forteress-women-leaders",
    "explanation": "/explain?s=project:triangle-in-asean&p=lc:hasDonorCountry&o=place:CAN",
    "ontology": "/ns",
    "concepts": "/vocab/beneficiary-group",
    "downloads": "/downloads/",
    "changes": "/changes",
    "api": "/docs",
    "problems": "/problems",
    "not-found": "/nowhere",
}

#: Those with an editor.
EDITORS = {"editor", "result", "truth"}
