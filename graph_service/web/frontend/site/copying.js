// `<button data-copy="#id" data-copied="Copied" hidden>Copy</button>`: copies the text of what the selector finds. The page hides the
// button; who has scripts sees it. `data-copied` is what is said when it is done.

export function offerCopying(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.type = "button";
    const status = document.createElement("span");
    status.className = "copied";
    status.role = "status";
    button.after(status);
    button.addEventListener("click", async () => {
      const source = document.querySelector(button.dataset.copy);
      await copy("value" in source ? source.value : source.textContent);
      status.textContent = button.dataset.copied;
      setTimeout(() => (status.textContent = ""), 3000);
    });
  }
}

// The clipboard is there only where the page came by https or from this machine; elsewhere a selected text can still be copied.
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
