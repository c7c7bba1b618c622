import java.io.File;
import java.util.Set;
import java.util.TreeSet;
import org.semanticweb.HermiT.Reasoner;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.OWLClass;
import org.semanticweb.owlapi.model.OWLNamedIndividual;
import org.semanticweb.owlapi.model.OWLObjectProperty;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWL2DLProfile;
import org.semanticweb.owlapi.profiles.OWL2RLProfile;
import org.semanticweb.owlapi.profiles.OWLProfile;
import org.semanticweb.owlapi.profiles.OWLProfileViolation;
import org.semanticweb.owlapi.reasoner.InferenceType;

/**
 * What the OWL API and HermiT say of an ontology: a line for each violation of a profile, for being consistent, for each unsatisfiable
 * class and, unless told "terms", for each type and each object property value of each individual. Parts of a line are parted by tabs.
 */
public class Judge {
  private static final Set<String> LINES = new TreeSet<String>();

  public static void main(String[] arguments) throws Exception {
    OWLOntology ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(arguments[0]));
    say("axioms", "" + ontology.getLogicalAxiomCount());
    check("RL", new OWL2RLProfile(), ontology);
    check("DL", new OWL2DLProfile(), ontology);
    Reasoner reasoner = new Reasoner(ontology);
    say("consistent", "" + reasoner.isConsistent());
    if (reasoner.isConsistent()) {
      for (OWLClass unsatisfiable : reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom()) {
        say("unsatisfiable", unsatisfiable.getIRI().toString());
      }
      if (arguments.length == 1) {
        realise(reasoner, ontology);
      }
    }
    for (String line : LINES) {
      System.out.println(line);
    }
  }

  private static void check(String name, OWLProfile profile, OWLOntology ontology) {
    for (OWLProfileViolation violation : profile.checkOntology(ontology).getViolations()) {
      say("violation", name, violation.toString().replace('\n', ' ').replace('\t', ' '));
    }
  }

  private static void realise(Reasoner reasoner, OWLOntology ontology) {
    reasoner.precomputeInferences(InferenceType.CLASS_ASSERTIONS, InferenceType.OBJECT_PROPERTY_ASSERTIONS);
    Set<OWLObjectProperty> properties = ontology.getObjectPropertiesInSignature();
    for (OWLNamedIndividual thing : ontology.getIndividualsInSignature()) {
      String iri = thing.getIRI().toString();
      for (OWLClass type : reasoner.getTypes(thing, false).getFlattened()) {
        say("type", iri, type.getIRI().toString());
      }
      for (OWLObjectProperty property : properties) {
        for (OWLNamedIndividual value : reasoner.getObjectPropertyValues(thing, property).getFlattened()) {
          say("value", iri, property.getIRI().toString(), value.getIRI().toString());
        }
      }
    }
  }

  private static void say(String... parts) {
    StringBuilder line = new StringBuilder(parts[0]);
    for (int n = 1; n < parts.length; n++) {
      line.append('\t').append(parts[n]);
    }
    LINES.add(line.toString());
  }
}
