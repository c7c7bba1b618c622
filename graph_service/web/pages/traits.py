"""The kinds of things that have a list, and what each can be told by, narrowed down and put in order by.

This is the one place that says so. What values there are, how many things have each, and what they are called is read from the
graph. A kind is of the classes given; a trait is the pattern that leads from `?thing` to `?value`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from babel.support import LazyProxy

from graph_service.web.wording import lazy_gettext
from graph_service.words.names import VOCABULARY

#: The prefixes that patterns are written with.
PROLOGUE = """
PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""


@dataclass(frozen=True)
class Trait:
    """Something that things of a kind are told by.

    `column`: shown in the list. `facet`: the list can be narrowed down to a value of it. `count`: only how many values there are
    matters. `plain`: its values are texts or numbers and not things, so that a list can be put in their order. `type`: that of its
    column in a file; of any but a text a thing has one value at most. `told_by`: the canned query that tells where a count comes from,
    and its parameter for the thing.
    """

    name: str
    label: LazyProxy
    pattern: str
    column: bool = True
    facet: bool = True
    count: bool = False
    plain: bool = False
    type: str = "string"
    told_by: tuple[str, str] | None = None

    @property
    def sortable(self) -> bool:
        """Whether a list can be put in the order of it."""
        return self.count or self.plain


@dataclass(frozen=True)
class Kind:
    """A kind of things: its name in addresses, what its list is called, its classes, those it must not be of, and its traits.

    `only` is a pattern that `?thing` must fit besides.
    """

    name: str
    label: LazyProxy
    classes: tuple[str, ...]
    traits: tuple[Trait, ...] = ()
    without: tuple[str, ...] = ()
    only: str = ""

    @property
    def facets(self) -> tuple[Trait, ...]:
        """The traits that the list can be narrowed down by."""
        return tuple(trait for trait in self.traits if trait.facet)

    @property
    def columns(self) -> tuple[Trait, ...]:
        """The traits that the list shows."""
        return tuple(trait for trait in self.traits if trait.column)

    @property
    def orders(self) -> tuple[str, ...]:
        """What the list can be sorted by, the name first; with `-` before it backwards."""
        names = ("name", *(trait.name for trait in self.traits if trait.sortable))
        return (*names, *(f"-{name}" for name in names))


def _class(label: LazyProxy, above: str, column: bool = True) -> Trait:
    """The class of a thing, of those that are below a class."""
    pattern = f"?thing a ?value . ?value rdfs:subClassOf+ {above} . FILTER(?value != {above} && STRSTARTS(STR(?value), STR(lc:)))"
    return Trait("type", label, pattern, column)


def _number_of(name: str, label: LazyProxy, pattern: str, told_by: tuple[str, str] | None = None) -> Trait:
    return Trait(name, label, pattern, facet=False, count=True, told_by=told_by)


_COUNTRY = lazy_gettext("Country")
_YEAR = lazy_gettext("Year")
_TYPE = lazy_gettext("Type")
_PROJECTS = lazy_gettext("Projects")
_GROUP = lazy_gettext("Beneficiary group")
_TOPIC = lazy_gettext("Topic")


def _year_of_record(date: str) -> str:
    """The year of a date as the donor's record has it, which is told; nothing where a document says the date itself."""
    return f"""
  {{
    ?record lc:recordOf ?thing ; {date} ?recorded .
    FILTER NOT EXISTS {{ ?thing {date} ?stated }}
    BIND(CONCAT(SUBSTR(STR(?recorded), 1, 4), " (IATI)") AS ?value)
  }}"""


#: The year in which an undertaking starts.
_FROM = f"""
  {{ ?thing lc:startYear ?value }}
  UNION{_year_of_record("lc:startDate")}"""

#: The year in which an undertaking ends; of one that is reported to be over, without its end, the year by which it was.
_UNTIL = f"""
  {{ ?thing lc:endYear ?value }}
  UNION
  {{
    ?thing lc:hasStatusReport ?report . ?report lc:status <{VOCABULARY}status/completed> ; lc:asOf ?over .
    FILTER NOT EXISTS {{ ?thing lc:endDate ?end }}
    BIND(CONCAT("≤ ", SUBSTR(STR(?over), 1, 4)) AS ?value)
  }}
  UNION{_year_of_record("lc:endDate")}"""

#: What tells where the numbers of a country's ratifications come from.
_RATIFICATIONS = ("ratification-comparison", "country")

#: Who takes part in an undertaking or in a part of it, or is assisted there.
_TAKES_PART = "^lc:isPartOf*/(lc:involves|lc:supports)/lc:withinOrganisation?"

#: What an undertaking or a part of it aims at, or has reached.
_AIMS = "^lc:isPartOf*/(lc:hasObjective|lc:helpsAchieve|lc:expectsResult|lc:hasResult)"

#: What leads from an undertaking to what is said of it or of a part, whatever the part: an activity, an aim or a result.
_ANY_PART = f"({_AIMS}|^lc:isPartOf*)"

#: How an undertaking, or a part of it, is connected with a framework.
_FRAMEWORK = "(lc:relatedTo|lc:contributesTo|^lc:isPartOf+/(lc:furthersCommitmentTo|lc:implementsFramework|lc:undertakenWithin))"

#: What a document describes has a title there; a programme that is only mentioned, or that is an organisation, has none.
_IS_PROJECT = "?value a ?undertaking ; dcterms:title ?title . FILTER(?undertaking IN (lc:Project, lc:Programme))"

KINDS = (
    Kind(
        "projects",
        lazy_gettext("Projects and programmes"),
        ("lc:Project", "lc:Programme"),
        (
            Trait("country", _COUNTRY, "?thing lc:coversPlace ?value . ?value a lc:Country ."),
            Trait(
                "department",
                lazy_gettext("Department"),
                "?thing lc:fundedBy|lc:inCollaborationWith ?value . ?value a lc:GovernmentDepartment .",
            ),
            Trait("region", lazy_gettext("Region"), "?thing lc:coversPlace ?value . ?value a lc:Region .", column=False),
            Trait("organisation", lazy_gettext("Organisation"), f"?thing {_TAKES_PART} ?value . ?value a lc:Organisation .", column=False),
            Trait("group", _GROUP, "?thing ^lc:isPartOf*/lc:reachesGroup ?value .", column=False),
            Trait("sector", lazy_gettext("Sector"), "?thing lc:concernsSector ?value . ?value a lc:Sector ."),
            Trait("framework", lazy_gettext("Framework"), f"?thing {_FRAMEWORK} ?value . ?value a lc:Framework .", column=False),
            Trait("start", lazy_gettext("From"), _FROM, plain=True),
            Trait("end", lazy_gettext("Until"), _UNTIL, facet=False, plain=True),
        ),
        without=("lc:Organisation",),
        only="FILTER EXISTS { ?thing dcterms:title ?title }",
    ),
    Kind(
        "organisations",
        lazy_gettext("Organisations"),
        ("lc:Organisation",),
        (
            _class(_TYPE, "lc:Organisation"),
            Trait("country", _COUNTRY, "?thing lc:basedIn/lc:locatedIn? ?value . ?value a lc:Country ."),
            Trait("acronym", lazy_gettext("Acronym"), "?thing lc:acronym ?value .", facet=False, plain=True),
            Trait("project", lazy_gettext("Project"), f"?value {_TAKES_PART} ?thing . {_IS_PROJECT}", column=False),
            _number_of("projects", _PROJECTS, f"?value {_TAKES_PART} ?thing . {_IS_PROJECT}"),
        ),
    ),
    Kind(
        "countries",
        lazy_gettext("Countries"),
        ("lc:Country",),
        (
            Trait("region", lazy_gettext("Region"), "?thing lc:locatedIn ?value . ?value a lc:Region ."),
            Trait("code", lazy_gettext("Code"), "?thing lc:iso3 ?value .", facet=False, plain=True),
            Trait("project", lazy_gettext("Project"), f"?value lc:coversPlace ?thing . {_IS_PROJECT}", column=False),
            _number_of("projects", _PROJECTS, f"?value lc:coversPlace ?thing . {_IS_PROJECT}"),
            Trait("member", lazy_gettext("Member of"), "?thing lc:memberOf ?value .", column=False),
            _number_of("ratified", lazy_gettext("Ratifications recorded here"), "?thing lc:hasRatified ?value .", _RATIFICATIONS),
            _number_of("reported", lazy_gettext("Only reported here"), "?value lc:reportedState ?thing .", _RATIFICATIONS),
        ),
    ),
    Kind(
        "frameworks",
        lazy_gettext("Frameworks"),
        ("lc:Framework",),
        (
            _class(_TYPE, "lc:Framework"),
            Trait("member", lazy_gettext("Member"), "?value lc:memberOf ?thing .", column=False),
            _number_of("members", lazy_gettext("Members"), "?value lc:memberOf ?thing ."),
            Trait("project", lazy_gettext("Project"), f"?value {_FRAMEWORK} ?thing . {_IS_PROJECT}", column=False),
            _number_of("projects", _PROJECTS, f"?value {_FRAMEWORK} ?thing . {_IS_PROJECT}"),
        ),
    ),
    Kind(
        "standards",
        lazy_gettext("Conventions and other standards"),
        ("lc:LabourStandard",),
        (
            _class(_TYPE, "lc:LabourStandard", column=False),
            Trait("category", lazy_gettext("Category"), "?thing lc:conventionCategory ?value ."),
            Trait("number", lazy_gettext("Number"), "?thing lc:conventionNumber ?value .", facet=False, plain=True),
            Trait("party", lazy_gettext("Ratified by, as recorded here"), "?thing lc:hasParty ?value ."),
            Trait(
                "reported", lazy_gettext("Ratified by, as only reported here"), "?thing ^lc:reportedInstrument/lc:reportedState ?value ."
            ),
        ),
    ),
    Kind(
        "instruments",
        lazy_gettext("Laws, memoranda and other instruments"),
        ("lc:Instrument",),
        (
            _class(_TYPE, "lc:Instrument"),
            Trait("country", _COUNTRY, "?thing lc:ownedBy|lc:appliesTo ?value . ?value a lc:Country ."),
            Trait("project", lazy_gettext("Project"), f"?value lc:relatedTo ?thing . {_IS_PROJECT}"),
        ),
        without=("lc:Framework", "lc:LabourStandard"),
    ),
    Kind(
        "groups",
        lazy_gettext("Beneficiary groups"),
        ("lc:BeneficiaryGroup",),
        (
            Trait("under", lazy_gettext("Falls under"), "?thing skos:broader ?value ."),
            Trait("project", lazy_gettext("Project"), f"?value ^lc:isPartOf*/lc:reachesGroup ?thing . {_IS_PROJECT}", column=False),
            _number_of("projects", _PROJECTS, f"?value ^lc:isPartOf*/lc:reachesGroup ?thing . {_IS_PROJECT}"),
        ),
    ),
    Kind(
        "commitments",
        lazy_gettext("Commitments"),
        ("lc:Commitment",),
        (
            Trait("by", lazy_gettext("Made by"), "?thing lc:madeBy ?value ."),
            Trait("to", lazy_gettext("To"), "?thing lc:commitmentTo|lc:alignedWith ?value ."),
            Trait("year", _YEAR, "?thing lc:year ?value .", plain=True, type="year"),
        ),
    ),
    Kind(
        "money",
        lazy_gettext("Funding and contributions"),
        ("lc:Funding", "lc:Contribution"),
        (
            Trait("from", lazy_gettext("Paid by"), "?thing lc:contributor ?value ."),
            Trait("to", lazy_gettext("Paid to"), "?thing lc:recipient|^lc:hasFunding ?value ."),
            Trait("amount", lazy_gettext("Amount"), "?thing lc:value ?value .", facet=False, plain=True, type="decimal"),
            Trait("currency", lazy_gettext("Currency"), "?thing lc:currency ?value .", plain=True),
            Trait("bound", lazy_gettext("How exact"), "?thing lc:bound ?value ."),
            Trait("sum", lazy_gettext("Sum, as stated"), "?thing lc:valueText ?value .", facet=False, plain=True),
            Trait("year", _YEAR, "?thing lc:year|lc:startYear ?value .", plain=True),
        ),
    ),
    Kind(
        "results",
        lazy_gettext("Aims and results"),
        ("lc:Objective", "lc:ExpectedResult", "lc:Result"),
        (
            Trait("type", _TYPE, "?thing a ?value . FILTER(?value IN (lc:Objective, lc:ExpectedResult, lc:Result, lc:Outcome, lc:Output))"),
            Trait(
                "project",
                lazy_gettext("Project"),
                f"?value {_AIMS} ?thing . {_IS_PROJECT}",
            ),
            Trait("country", _COUNTRY, "?thing lc:concerns/lc:locatedIn? ?value . ?value a lc:Country .", column=False),
            Trait("group", _GROUP, "?thing lc:concerns ?value . ?value a lc:BeneficiaryGroup ."),
            Trait("topic", _TOPIC, "?thing lc:hasTopic ?value .", column=False),
        ),
    ),
    Kind(
        "figures",
        lazy_gettext("Reported figures"),
        ("lc:ReportedFigure",),
        (
            Trait("measure", lazy_gettext("Measure"), "?thing lc:measure ?value ."),
            Trait("about", lazy_gettext("About"), "?thing lc:figureAbout ?value ."),
            Trait("value", lazy_gettext("Value"), "?thing lc:value ?value .", facet=False, plain=True, type="decimal"),
            Trait("stated", lazy_gettext("As stated"), "?thing lc:valueText ?value .", facet=False, plain=True),
            Trait("bound", lazy_gettext("How exact"), "?thing lc:bound ?value ."),
        ),
    ),
    Kind(
        "topics",
        lazy_gettext("Topics"),
        ("lc:Topic",),
        (
            Trait("under", lazy_gettext("Falls under"), "?thing skos:broader ?value ."),
            Trait("project", lazy_gettext("Project"), f"?value {_ANY_PART}/lc:hasTopic/skos:broader* ?thing . {_IS_PROJECT}", column=False),
            _number_of("projects", _PROJECTS, f"?value {_ANY_PART}/lc:hasTopic/skos:broader* ?thing . {_IS_PROJECT}"),
        ),
    ),
    Kind(
        "sectors",
        lazy_gettext("Sectors"),
        ("lc:Sector",),
        (_number_of("projects", _PROJECTS, f"?value lc:concernsSector ?thing . {_IS_PROJECT}"),),
    ),
    Kind(
        "people",
        lazy_gettext("People and what they said"),
        ("lc:Person",),
        (
            Trait("position", lazy_gettext("Position"), "?held lc:positionHeldBy ?thing ; lc:roleTitle ?value .", facet=False, plain=True),
            Trait("at", lazy_gettext("At"), "?held lc:positionHeldBy ?thing ; lc:positionAt ?value ."),
            _number_of("quotations", lazy_gettext("Quotations"), "?value lc:attributedTo ?thing ; a lc:Quotation ."),
        ),
    ),
    Kind(
        "events",
        lazy_gettext("Events"),
        ("lc:Event",),
        (
            Trait("place", lazy_gettext("Place"), "?thing lc:directedAt|lc:concerns ?value . ?value a lc:Place ."),
            Trait("year", _YEAR, "?thing lc:year ?value .", plain=True, type="year"),
        ),
    ),
)


def kind(name: str) -> Kind | None:
    """The kind of that name."""
    return next((kind for kind in KINDS if kind.name == name), None)


def kind_of(classes: Collection[str]) -> Kind | None:
    """The first kind that a thing of these classes (their short names) is of."""
    return next((k for k in KINDS if set(k.classes) & set(classes) and not set(k.without) & set(classes)), None)
