"""Vocabularies and data sets that nobody here wrote, in packages of others: which there are, and where their files are."""

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

#: Where packages lie: those of the extra `test`, and those of which only files are read, from PyPI and from npm (see the Makefile).
_FOLDERS = (Path(sysconfig.get_path("purelib")), Path(sys.prefix) / "graphs", Path(__file__).parent / "node_modules" / "@vocabulary")


@dataclass(frozen=True)
class Graph:
    """What somebody else published."""

    name: str
    #: What is in it, and in which syntax it is written.
    kind: str
    #: The licence, as its files say, or else the package that has them.
    licence: str
    #: Its files and folders, from that of the package on.
    files: tuple[str, ...]
    #: How the tests pack the files before they are read, if they do.
    packed: str = ""
    #: What `graph-service serve` has to be told, beside the files.
    flags: tuple[str, ...] = ()
    #: Whether anything follows about its things, of those that have IRIs.
    infers: bool = False
    #: Whether it is so large that it is measured alone (benchmarks/graphs.py), and not tested at every change.
    large: bool = False

    @property
    def package(self) -> str:
        """The package that has its first file, as PyPI or npm call it."""
        name = self.files[0].partition("/")[0]
        return name.replace("_", "-") if name in _OF_PYPI else f"@vocabulary/{name}"

    @property
    def paths(self) -> list[Path]:
        """Where its files are. Raises FileNotFoundError with the one that is not there."""
        return [_found(file) for file in self.files]


_OF_PYPI = frozenset({"arches_her", "brickschema", "case_utils", "linkml_runtime", "owlready2", "prov", "pyshacl", "rocrate"})


def _found(file: str) -> Path:
    for folder in _FOLDERS:
        if (folder / file).exists():
            return folder / file
    raise FileNotFoundError(f"{file} is not installed (`make test` does it)")


_W3C = "W3C Software and Document License"
_BRICK = "brickschema/ontologies/1.5"
_THESAURI = "arches_her/pkg/reference_data/concepts"

#: Four of them, with eleven thousand concepts.
_HERITAGE = (
    f"{_THESAURI}/FISH_Thesaurus_of_Monument_Types_20200127.xml",
    f"{_THESAURI}/FISH_Archaeological_Objects_Thesaurus_20200127.xml",
    f"{_THESAURI}/FISH_Components_Thesaurus_20200127.xml",
    f"{_THESAURI}/Maritime_Place_Names_20200127.xml",
)

GRAPHS = (
    Graph("descriptions of vocabularies", "markup in literals; N-Triples", "MIT", ("rico/meta.nt", "time/meta.nt", "unit/meta.nt")),
    Graph("Dublin Core terms", "OWL; RDF/XML", "CC BY-SA 3.0", ("owlready2/ontos/dcterms.owl",), infers=True),
    Graph("SSN and SOSA", "OWL with restrictions; N-Quads", _W3C, ("ssn/ssn.nq", "sosa/sosa.nq")),
    Graph("SHACL", "RDFS; Turtle", _W3C, ("pyshacl/assets/shacl.ttl",), infers=True),
    Graph("OWL-Time", "OWL with restrictions; N-Quads", "CC BY 4.0", ("time/time.nq",), packed=".xz", infers=True),
    Graph("DASH", "SHACL shapes; Turtle", "Apache-2.0", ("pyshacl/assets/dash.ttl",), infers=True),
    Graph(
        "aircraft types and SKOS",
        "SKOS with its axioms; RDF/XML, N-Quads",
        f"AGPL-3.0-or-later; {_W3C}",
        (f"{_THESAURI}/FISH_Historic_Aircraft_Types_20200127.xml", "skos/skos.nq"),
        infers=True,
    ),
    Graph("CIDOC CRM and extensions", "RDFS; RDF/XML", "AGPL-3.0-or-later", ("arches_her/pkg/ontologies/cidoc_crm",)),
    Graph("QUDT constants", "data; N-Quads", "CC BY 4.0", ("constant/constant.nq",), packed=".gz", infers=True),
    Graph("LinkML", "OWL with restrictions; Turtle", "CC0-1.0", ("linkml_runtime/linkml_model/owl/meta.owl.ttl",)),
    Graph(
        "PROV-O and documents",
        "OWL, and data that contradict it; TriG, Turtle, N-Quads",
        f"{_W3C}; MIT",
        ("prov/tests/rdf", "prov/prov.nq"),
        flags=("--inconsistent", "serve"),
    ),
    Graph("LinkML, shapes", "SHACL shapes; Turtle", "CC0-1.0", ("linkml_runtime/linkml_model/shacl/meta.shacl.ttl",)),
    Graph("ASHRAE 223P", "SHACL shapes and rules; Turtle", "BSD-3-Clause", (f"{_BRICK}/extensions/223p.ttl",), infers=True),
    Graph("RiC-O", "OWL with restrictions; N-Quads", "CC BY 4.0", ("rico/rico.nq",), infers=True),
    Graph("CASE and UCO", "OWL and SHACL, 23 ontologies in one file; Turtle", "Apache-2.0", ("case_utils/ontology/case-1.5.0.ttl",)),
    Graph("schema.org", "RDFS; JSON-LD", "CC BY-SA 3.0", ("rocrate/data/schema.jsonld",), infers=True),
    Graph("GS1 Web Vocabulary", "OWL and lists of codes; N-Quads", "GS1 IP Policy", ("gs1/gs1.nq",), infers=True),
    Graph("Brick", "OWL and SHACL; Turtle", "BSD-3-Clause", (f"{_BRICK}/Brick.ttl",), infers=True),
    Graph("heritage thesauri", "SKOS with 11,000 concepts; RDF/XML", "AGPL-3.0-or-later", _HERITAGE),
    Graph("QUDT units", "data; N-Quads", "CC BY 4.0", ("unit/unit.nq",), large=True),
    Graph(
        "heritage thesauri and SKOS",
        "SKOS with its axioms; RDF/XML, N-Quads",
        f"AGPL-3.0-or-later; {_W3C}",
        (*_HERITAGE, "skos/skos.nq"),
        large=True,
        infers=True,
    ),
)
