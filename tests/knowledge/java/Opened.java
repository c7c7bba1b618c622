import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.IRI;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.model.OWLOntologyManager;
import org.semanticweb.owlapi.util.SimpleIRIMapper;

/**
 * How the OWL API, and so Protégé, opens files: for each argument `IRI=file` a line with the IRI and version IRI of the ontology in it, the
 * number of its axioms, and the IRIs of what it imports, which are looked for in the other files alone. Parts of a line are parted by tabs.
 */
public class Opened {
  public static void main(String[] arguments) throws Exception {
    Map<String, File> files = new LinkedHashMap<String, File>();
    for (String argument : arguments) {
      int cut = argument.indexOf('=');
      files.put(argument.substring(0, cut), new File(argument.substring(cut + 1)));
    }
    for (Map.Entry<String, File> asked : files.entrySet()) {
      OWLOntologyManager manager = OWLManager.createOWLOntologyManager();
      for (Map.Entry<String, File> file : files.entrySet()) {
        manager.addIRIMapper(new SimpleIRIMapper(IRI.create(file.getKey()), IRI.create(file.getValue())));
      }
      OWLOntology ontology = manager.loadOntologyFromOntologyDocument(asked.getValue());
      StringBuilder line = new StringBuilder(asked.getKey());
      line.append('\t').append(ontology.getOntologyID().getOntologyIRI());
      line.append('\t').append(ontology.getOntologyID().getVersionIRI());
      line.append('\t').append(ontology.getAxiomCount());
      for (OWLOntology imported : ontology.getImports()) {
        line.append('\t').append(imported.getOntologyID().getOntologyIRI());
      }
      System.out.println(line);
    }
  }
}
