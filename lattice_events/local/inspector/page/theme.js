// Light, dark, or as the system says.

const KEY = "lattice-theme";
const NEXT = { "": "light", light: "dark", dark: "" };
const SIGNS = { "": "◐", light: "☀", dark: "☾" };
const WORDS = { "": "as the system", light: "light", dark: "dark" };

/** Show the colours that were chosen, and choose others by a button. */
export function startTheme(switching) {
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    switching.textContent = SIGNS[theme];
    switching.title = switching.ariaLabel = `Colours: ${WORDS[theme]}`;
  };
  const chosen = () => localStorage.getItem(KEY) ?? "";
  switching.addEventListener("click", () => {
    localStorage.setItem(KEY, NEXT[chosen()]);
    show(chosen());
  });
  show(chosen());
}
