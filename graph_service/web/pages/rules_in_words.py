"""Rules of inference in words, for readers of an explanation: what the rule says of the terms of this step."""

from collections.abc import Callable

from graph_service.rdf.terms import AnyTerm
from graph_service.reasoning.explanation import Step
from graph_service.web.display.translations import gettext as _


def in_words(step: Step, name: Callable[[AnyTerm], str]) -> str:
    """The rule of a step as a sentence; "" for a rule that has none, and for a step without a rule. `name` names a term."""
    if step.rule is None or not step.premises:
        return ""
    property, object = name(step.triple.predicate), name(step.triple.object)
    first = step.premises[0].triple
    match step.rule.name:
        case "prp-spo1":
            return _(
                "“%(narrow)s” is a special case of “%(broad)s”: where the first holds, the second does.",
                narrow=name(first.predicate),
                broad=property,
            )
        case "prp-spo2":
            steps = " → ".join(name(premise.triple.predicate) for premise in step.premises)
            return _("Whoever follows %(steps)s arrives at what “%(property)s” means.", steps=steps, property=property)
        case "prp-inv1" | "prp-inv2":
            return _("“%(one)s” and “%(other)s” say the same from two ends.", one=name(first.predicate), other=property)
        case "prp-symp":
            return _("“%(property)s” holds in both directions.", property=property)
        case "prp-trp":
            return _("“%(property)s” carries over from one to the next, however many there are between.", property=property)
        case "prp-dom":
            return _("What has “%(property)s” is of the kind “%(kind)s”.", property=name(first.predicate), kind=object)
        case "prp-rng":
            return _("What is a value of “%(property)s” is of the kind “%(kind)s”.", property=name(first.predicate), kind=object)
        case "cax-sco":
            return _("Whatever is of the kind “%(narrow)s” is of the kind “%(broad)s”, too.", narrow=name(first.object), broad=object)
        case "cls-hv1":
            return _("Everything of the kind “%(kind)s” has this value of “%(property)s”.", kind=name(first.object), property=property)
        case "cls-hv2" | "cls-svf1" | "cls-int1" | "cls-uni" | "cls-oo":
            return _("What has all this is of the kind “%(kind)s”.", kind=object)
        case rule if rule.startswith("eq-"):
            return _("Both names stand for one thing: what is said of one holds for the other.")
        case _:
            return ""
