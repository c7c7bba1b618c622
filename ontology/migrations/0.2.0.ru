# Rewrites data of ontology 0.1 for 0.2.0 (SPARQL 1.1 Update): each deprecated term by what replaces it. What is stated of a graph stays in it;
# write the same without GRAPH for a store that has a default graph alone.
#
# Three are left to their authors, since what is needed stands in no triple: lc:engagesWith and lc:commissionedBy become an
# lc:Participation with the role role:engaged-body or role:commissioning-body, and needs an IRI and a label; lc:underPillar was never used.
# lc:fundedThrough goes: that a heading of collaboration names a department does not say that it pays.

PREFIX lc: <https://w3id.org/labcoop/ns#>
PREFIX orgtype: <https://w3id.org/labcoop/vocab/organisation-type/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX status: <https://w3id.org/labcoop/vocab/status/>

# How far a development came is told of what is developed.
INSERT { GRAPH ?g { ?product lc:developmentStage ?stage } }
WHERE {
  VALUES (?old ?stage) {
    (lc:beganDeveloping status:initiated)
    (lc:developed status:completed)
    (lc:workedToDevelop status:worked-on)
  }
  GRAPH ?g { ?undertaking ?old ?product }
} ;

# The same relation under another name.
DELETE { GRAPH ?g { ?thing ?old ?value } }
INSERT { GRAPH ?g { ?thing ?new ?value } }
WHERE {
  VALUES (?old ?new) {
    (lc:about lc:concerns)
    (lc:affiliationRole lc:inRole)
    (lc:beganDeveloping lc:develops)
    (lc:collaboratesWithKind lc:collaboratesWith)
    (lc:collaboratesWithPerson lc:collaboratesWith)
    (lc:concernsGroup lc:concerns)
    (lc:concernsKind lc:concerns)
    (lc:concernsPlace lc:concerns)
    (lc:developed lc:develops)
    (lc:durationBound lc:bound)
    (lc:establishedOn lc:startDate)
    (lc:factGroup sh:group)
    (lc:funder lc:contributor)
    (lc:hasPillar lc:hasAreaOfAction)
    (lc:integratedWithin lc:undertakenWithin)
    (lc:membershipRole lc:inRole)
    (lc:ofCountry lc:ownedBy)
    (lc:ofOrganisation lc:affiliatedWith)
    (lc:participationRole lc:inRole)
    (lc:purpose lc:hasObjective)
    (lc:signedOn lc:date)
    (lc:supportsInstrument lc:supports)
    (lc:supportsKind lc:supports)
    (lc:supportsUndertaking lc:supports)
    (lc:workedToDevelop lc:develops)
  }
  GRAPH ?g { ?thing ?old ?value }
} ;

# The other direction is stated.
DELETE { GRAPH ?g { ?thing ?old ?value } }
INSERT { GRAPH ?g { ?value ?new ?thing } }
WHERE {
  VALUES (?old ?new) {
    (lc:aimOf lc:hasObjective)
    (lc:expandedBy lc:expands)
  }
  GRAPH ?g { ?thing ?old ?value }
} ;

# A budget is no funding.
DELETE { GRAPH ?g { ?budget a lc:Funding } }
INSERT { GRAPH ?g { ?budget a lc:Budget } }
WHERE {
  GRAPH ?g { ?budget a lc:Funding }
  FILTER EXISTS { GRAPH ?anywhere { ?contribution lc:constitutes ?budget } }
} ;

# What is derived is not stated.
DELETE { GRAPH ?g { ?thing ?derived ?year } }
WHERE {
  VALUES ?derived { lc:endYear lc:startYear lc:year }
  GRAPH ?g { ?thing ?derived ?year }
} ;

DELETE { GRAPH ?g { ?thing ?bound ?number } }
WHERE {
  VALUES ?bound { lc:lowerBound lc:upperBound }
  GRAPH ?g { ?thing lc:value ?number ; ?bound ?number }
} ;

# One concept for governments.
DELETE { GRAPH ?g { ?organisation lc:organisationType orgtype:government } }
INSERT { GRAPH ?g { ?organisation lc:organisationType orgtype:governments } }
WHERE { GRAPH ?g { ?organisation lc:organisationType orgtype:government } } ;

DELETE { GRAPH ?g { ?undertaking lc:fundedThrough ?organisation } }
WHERE { GRAPH ?g { ?undertaking lc:fundedThrough ?organisation } }
