"""General words that people use for one another when they look for a class or a property, in English, French and Spanish.

They are of no subject: where, when, who, how much. What a subject's own words are, its graph says (`skos:altLabel`).
"""

from collections.abc import Mapping, Sequence

from graph_service.text.folding import fold

#: Words that mean about the same, folded.
GROUPS: Sequence[Sequence[str]] = tuple(
    tuple(fold(line).split())
    for line in (
        "where place location located country region area city address où lieu endroit pays région ville dónde lugar país región ciudad",
        "when date time year day moment quand temps année jour cuándo fecha tiempo año día",
        "begin begins start starts starting beginning since début commence commencement depuis inicio comienza comienzo desde",
        "end ends finish finishes until ending closing fin finit jusque término termina hasta",
        "who person people agent human qui personne gens quién persona gente",
        "author creator maker writer auteur créateur autor creador",
        "name label title called named nom titre libellé intitulé nombre título etiqueta",
        "description definition comment note summary abstract résumé remarque descripción definición comentario nota resumen",
        "type kind class category sort genre catégorie classe tipo clase categoría",
        "part parts component contains includes belongs member partie membre contient parte miembro contiene incluye",
        "money amount cost price budget funding sum argent montant coût prix somme financement dinero monto costo precio presupuesto",
        "number count quantity total nombre quantité número cantidad",
        "identifier id code key number identifiant clé identificador código clave",
        "link page website url homepage site web lien enlace sitio página",
        "organisation organization company institution body organisme société institución organización organismo empresa",
        "subject topic theme sujet thème matière tema asunto materia",
        "language langue idioma lengua",
        "picture image photo depiction imagen foto",
        "source reference citation référence fuente referencia cita",
        "result outcome output effect résultat effet resultado efecto",
        "goal aim objective purpose but objectif meta objetivo finalidad",
        "help support aid assist aide soutien appui ayuda apoyo",
        "parent broader above parente supérieur superior padre",
        "similar same equal related near semblable même pareil lié parecido mismo igual relacionado",
    )
)


def _meanings() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for group in GROUPS:
        for word in group:
            found[word] = found.get(word, frozenset()) | frozenset(group)
    return found


_MEANINGS: Mapping[str, frozenset[str]] = _meanings()


def meanings(word: str) -> frozenset[str]:
    """The words that a folded word may stand for, itself among them."""
    return _MEANINGS.get(word, frozenset((word,)))
