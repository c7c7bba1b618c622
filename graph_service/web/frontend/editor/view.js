// The editor itself: CodeMirror in a shadow root, whose style sheets are made by script and need no exception in the page's policy.
// Tab is not bound: it leaves the editor as it leaves any field.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentService, LanguageSupport, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { linter, lintGutter, nextDiagnostic, openLintPanel, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { SparqlLanguage } from "codemirror-lang-sparql";
import { hover, lines, termAt } from "./about.js";
import { completion } from "./completion.js";
import { hints } from "./hints.js";
import { declaration, undeclared } from "./prefixes.js";
import { tidied, withoutUnused } from "./tidying.js";
import { vocabulary } from "./vocabulary.js";
import style from "./view.css" with { type: "text" };

const INDENT = 2;

// A line is as far in as the one before, and further behind what opens a group.
const indentation = indentService.of((context, place) => {
  const breaks = context.simulatedBreak === place;
  const line = context.state.doc.lineAt(place);
  if (!breaks && line.number === 1) return 0;
  const before = breaks ? context.lineAt(place, -1).text : context.state.doc.line(line.number - 1).text;
  const depth = before.match(/^ */)[0].length + (/[{([]\s*$/.test(before) ? INDENT : 0);
  return Math.max(0, depth - (/^\s*[})\]]/.test(context.textAfterPos(place)) ? INDENT : 0));
});

const sparql = new LanguageSupport(SparqlLanguage, [
  SparqlLanguage.data.of({ commentTokens: { line: "#" }, indentOnInput: /^\s*[})\]]$/, closeBrackets: { brackets: ["(", "[", "{", '"'] } }),
  indentation,
]);

// What the grammar does not know, and prefixes that nothing declares, are marked when the writer pauses; the server says more.
const grammar = (texts) =>
  linter(
    (view) => {
      const found = [];
      syntaxTree(view.state).iterate({
        enter: ({ type, from, to }) => {
          if (type.isError && found.length < 5) found.push({ from, to: Math.max(to, Math.min(from + 1, view.state.doc.length)), severity: "warning", message: texts.notSparql });
        },
      });
      for (const { prefix, from, to } of undeclared(view.state.doc.toString())) {
        found.push({ from, to, severity: "warning", message: texts.noPrefix.replace("{prefix}", prefix) });
      }
      return found.sort((a, b) => a.from - b.from);
    },
    { delay: 1200 },
  );

// What is typed in place of a selection. Left to the browser, it keeps the looks of what was selected by an inline style, which the policy
// of the page refuses, audibly.
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    if (event.inputType !== "insertText" || !event.data || main.empty || view.composing) return false;
    const change = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, event.data, change));
    if (!handled) view.dispatch(change());
    event.preventDefault();
    return true;
  },
});

export class SparqlEditor {
  // In place of a text area, whose content it keeps the same. `run` is called when the writer asks for the result, `say` with what is to be told.
  constructor(area, { texts, language, run, say }) {
    this.area = area;
    this.language = language;
    this.host = document.createElement("div");
    this.host.className = "sparql-editor";
    area.after(this.host);
    area.hidden = true;
    const root = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets.push(sheet);
    const label = area.labels[0];
    label.addEventListener("click", () => this.view.focus());
    this.onChange = () => {};
    // What pointing at a term shows, said to who has no pointer.
    const tell = async () => {
      const found = await termAt(this.text, this.view.state.selection.main.head, language);
      say(found ? `${found.name}: ${lines(found, texts, language).map(([, text]) => text).join(" · ")}` : texts.nothingKnown);
    };
    this.extensions = [
        keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, { key: "Mod-i", run: () => (tell(), true) }, { key: "Shift-Alt-f", run: () => (this.tidy(), true) }]),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap, { key: "F8", run: nextDiagnostic }, { key: "Mod-Shift-m", run: openLintPanel }]),
        lineNumbers(),
        history(),
        drawSelection(),
        highlightSpecialChars(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        lintGutter(),
        grammar(texts),
        hover(texts, language),
        hints({ texts, language, place: span }),
        sparql,
        syntaxHighlighting(classHighlighter),
        autocompletion({ override: [completion(texts, language)], icons: false, maxRenderedOptions: 60 }),
        EditorView.lineWrapping,
        replacing,
        EditorState.phrases.of(texts.phrases),
        EditorView.contentAttributes.of({ "aria-label": label.textContent.trim(), "aria-describedby": "keys", spellcheck: "false", autocapitalize: "off" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          area.value = update.state.doc.toString();
          this.onChange();
          // A name is whole when a space is typed behind it: its prefix can be declared.
          if (update.transactions.some((transaction) => transaction.isUserEvent("input.type") && endsWithSpace(transaction.changes))) this.declarePrefixes();
        }),
      ];
    this.view = new EditorView({ root, parent: root, state: this.begun(area.value.replaceAll("\r\n", "\n")) });
  }

  begun(text) {
    return EditorState.create({ doc: text, extensions: this.extensions });
  }

  // The text with its cursor and what can be undone.
  get state() {
    return this.view.state;
  }

  // Show a text in place of the one that is shown, with what can be undone in it if it was shown before.
  show({ query, state }) {
    this.view.setState(state ?? this.begun(query));
    this.area.value = this.text;
  }

  get text() {
    return this.view.state.doc.toString();
  }

  set text(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
  }

  // Declare the prefixes that are used and that the graph knows.
  async declarePrefixes() {
    const changes = declaration(this.text, await vocabulary(this.language));
    if (changes) this.view.dispatch({ changes });
  }

  // Lay the query out anew, with the prefixes that it uses and no others.
  async tidy() {
    await this.declarePrefixes();
    const insert = tidied(withoutUnused(this.text));
    if (insert === this.text) return;
    const head = Math.min(this.view.state.selection.main.head, insert.length);
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert }, selection: { anchor: head }, userEvent: "input.tidy" });
  }

  focus() {
    this.view.focus();
  }

  // Mark a place that the server says is wrong.
  mark(problem) {
    this.view.dispatch(setDiagnostics(this.view.state, [{ ...span(this.view.state.doc, problem), severity: "error", message: problem.detail }]));
  }

  unmark() {
    this.view.dispatch(setDiagnostics(this.view.state, []));
  }

  // Write what the server proposes in place of what it says is wrong.
  mend({ line, column, length, mend }) {
    const { doc } = this.view.state;
    const from = place(doc, line, column);
    this.unmark();
    this.view.dispatch({ changes: { from, to: place(doc, line, column, length), insert: mend } });
    this.view.focus();
  }

  goTo({ line, column }) {
    this.view.dispatch({ selection: { anchor: place(this.view.state.doc, line, column) }, scrollIntoView: true });
    this.view.focus();
  }
}

function endsWithSpace(changes) {
  let ends = false;
  changes.iterChanges((fromA, toA, fromB, toB, inserted) => {
    ends = /\s$/.test(inserted.toString());
  });
  return ends;
}

// Where a line and a column are, or `length` characters further; both count from 1, columns in characters as the server counts them.
function place(doc, line, column = 1, length = 0) {
  const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const ahead = doc.sliceString(from, Math.min(from + 2 * (column - 1 + length), doc.length));
  return from + [...ahead].slice(0, column - 1 + length).join("").length;
}

// The part of the text that the server speaks of: one character at least, but in an empty text.
function span(doc, { line, column, length }) {
  const from = place(doc, line, column);
  const to = Math.max(from, place(doc, line, column, Math.max(length ?? 1, 1)));
  return { from: Math.min(from, Math.max(0, to - 1)), to };
}
