// Dark or light: the address says, else the last choice in this browser, else dark.

const KEY = "hitscope-theme";

export function initialTheme() {
  try {
    return localStorage.getItem(KEY) === "light" ? "light" : "dark";
  } catch {
    return "dark"; // a browser that refuses storage still gets a page
  }
}

export function keepTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // nothing is lost but the memory of the choice
  }
}
