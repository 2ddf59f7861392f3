// Put text on the clipboard, also where the page has no right to the modern interface (plain http).

/** Resolves to true if the browser took the text. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No interface on plain http, or no permission: a selected text area still works.
    return copyFromTextArea(text);
  }
}

function copyFromTextArea(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "copy-area";
  area.setAttribute("aria-hidden", "true");
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus?.({ preventScroll: true });
  return copied;
}
