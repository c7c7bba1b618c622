// A button as the editor has them: its word, what it does, and further properties, such as `ariaLabel`.

export function button(word, act, more = {}) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "quiet", textContent: word, ...more });
  made.addEventListener("click", act);
  return made;
}
