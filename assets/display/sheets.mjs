// Sheets lie over the page, one at a time: the keys stay inside, and go back where they were.
//
// A sheet is a .backdrop whose id is the name of its action: toggle_ID opens and closes it. It
// hears "sheet:open" when it is opened.

let opener = null;

/** The backdrop of the sheet that is open, or null. */
export function openSheet() {
  return document.querySelector(".backdrop:not([hidden])");
}

export function toggleSheet(id) {
  const sheet = document.getElementById(id);
  if (!sheet.hidden) return closeSheet();
  closeSheet();
  opener = document.activeElement;
  sheet.hidden = false;
  (sheet.querySelector("[role=dialog][tabindex]") ?? focusable(sheet)[0])?.focus();
  sheet.dispatchEvent(new Event("sheet:open"));
}

export function closeSheet() {
  const sheet = openSheet();
  if (!sheet) return;
  sheet.hidden = true;
  opener?.focus?.();
  opener = null;
}

/** Esc, Tab and a click beside the sheet, for every sheet of the page. */
export function bindSheets() {
  // before any other listener: Esc closes the sheet also from inside a field
  document.addEventListener("keydown", hearKey, { capture: true });
  document.addEventListener("click", (event) => {
    if (event.target === openSheet()) closeSheet();
  });
}

/** A menu closes when something else is clicked, or a link in it. */
export function closeMenus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[open]")) {
      if (!menu.contains(event.target) || event.target.closest("a")) menu.removeAttribute("open");
    }
  });
}

function hearKey(event) {
  const sheet = openSheet();
  if (!sheet) return;
  if (event.key === "Escape") {
    event.preventDefault();
    closeSheet();
  } else if (event.key === "Tab") {
    keepInside(event, focusable(sheet));
  }
}

function keepInside(event, stops) {
  const at = stops.indexOf(document.activeElement);
  const end = event.shiftKey ? 0 : stops.length - 1;
  if (at !== -1 && at !== end) return;
  event.preventDefault();
  stops.at(event.shiftKey ? -1 : 0)?.focus();
}

function focusable(sheet) {
  const stops = sheet.querySelectorAll("a[href], button:not(:disabled), select:not(:disabled)");
  return [...stops].filter((node) => node.checkVisibility());
}
