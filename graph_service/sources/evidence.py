"""Evidence: adds to each statement of a passage file a record of its source.

A file that describes a passage contains what that passage says. Each of its other triples gets a record (a reified statement, RDF Schema
section 5.3) whose evidence is the passage; each thing that the file gives a type has the passage as evidence itself, so that a thing that
is also a fact is one step from its words. The graph says which classes and properties these are (see `roles`). A record's IRI depends on
the triple alone: documents that say the same share the record, each adding its own passage.
"""

import hashlib
from collections.abc import Iterator

import pyoxigraph as ox

from graph_service.errors import SourceError
from graph_service.rdf.namespaces import RDF
from graph_service.rdf.prefixes import curie
from graph_service.rdf.space import Space
from graph_service.sources.roles import Role, Roles
from graph_service.sources.source_file import SourceFile

TYPE = ox.NamedNode(RDF + "type")


def statement_iri(space: Space, subject: object, predicate: object, object_: object) -> ox.NamedNode:
    """The IRI of a triple's record: the same in every build."""
    return ox.NamedNode(space.things + "statement/" + hashlib.sha256(f"{subject} {predicate} {object_}".encode()).hexdigest()[:20])


def passage_of(roles: Roles, file: SourceFile) -> ox.NamedNode | None:
    """The passage that a file describes, or None. Raises SourceError if it describes several."""
    kind = roles.node(Role.PASSAGE)
    passages = {quad.subject for quad in file.quads if quad.predicate == TYPE and quad.object == kind}
    if len(passages) > 1:
        iris = [passage.value for passage in passages if isinstance(passage, ox.NamedNode)]
        line, last = max(((file.line_of(iri) or 1, curie(iri)) for iri in iris), default=(1, "one"))
        detail = f"one file holds one passage and what it says; this one describes {len(passages)} passages. Give this one its own file"
        raise SourceError(f"{file.path}:{line}: {last}: {detail}")
    passage = next(iter(passages), None)
    return passage if isinstance(passage, ox.NamedNode) else None


def evidence(space: Space, roles: Roles, file: SourceFile) -> Iterator[ox.Quad]:
    """The records of a file's statements and the links to its passage; nothing for a file without a passage. Raises SourceError for a blank
    node.
    """
    passage = passage_of(roles, file)
    if passage is None:
        return
    kind, by = roles.node(Role.RECORD), roles.node(Role.EVIDENCE)
    for quad in file.quads:
        if quad.subject == passage:
            continue
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            node = quad.object if isinstance(quad.object, ox.BlankNode) else quad.subject
            lead = next((q for q in file.quads if q.object == node and isinstance(q.subject, ox.NamedNode)), quad)
            subject = lead.subject.value if isinstance(lead.subject, ox.NamedNode) else ""
            where = f"{file.path}:{(subject and file.line_of(subject, lead.predicate.value)) or 1}"
            detail = "a statement with a passage cannot have a blank node: give what stands in brackets an IRI"
            raise SourceError(f"{where}: {curie(subject)} ({curie(lead.predicate.value)}): {detail}")
        record = statement_iri(space, quad.subject, quad.predicate, quad.object)
        yield ox.Quad(record, TYPE, kind, quad.graph_name)
        yield ox.Quad(record, ox.NamedNode(RDF + "subject"), quad.subject, quad.graph_name)
        yield ox.Quad(record, ox.NamedNode(RDF + "predicate"), quad.predicate, quad.graph_name)
        yield ox.Quad(record, ox.NamedNode(RDF + "object"), quad.object, quad.graph_name)
        yield ox.Quad(record, by, passage, quad.graph_name)
        if quad.predicate == TYPE:
            yield ox.Quad(quad.subject, by, passage, quad.graph_name)
