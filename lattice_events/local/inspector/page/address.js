// What is shown stands in the address, so that a reload, a bookmark and the back button keep it.

/** Filters that the API knows; their names are its parameters. */
export const FILTERS = ["q", "status", "method", "service", "caller", "service_network", "listener", "rule", "target_group", "target", "kind"];

const listeners = new Set();

/** The parameters of the address. */
export const parameters = () => new URLSearchParams(location.search);

/** One of them, or an empty text. */
export const parameter = (name) => parameters().get(name) ?? "";

/** Change parameters, an empty text taking one away, and tell who listens; `pushes` makes a step of the back button. */
export function change(changes, { pushes = false } = {}) {
  const changed = parameters();
  for (const [name, value] of Object.entries(changes)) {
    changed.delete(name);
    for (const each of [value].flat()) if (each) changed.append(name, each);
  }
  const text = changed.toString();
  if (text === parameters().toString()) return;
  history[pushes ? "pushState" : "replaceState"](null, "", location.pathname + (text && `?${text}`));
  tell(Object.keys(changes));
}

/** Be told which parameters may have changed. */
export const onChange = (listener) => listeners.add(listener);

/** The filters as the API takes them. */
export function query() {
  const given = parameters();
  return new URLSearchParams(FILTERS.filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
}

function tell(names) {
  for (const listener of listeners) listener(names);
}

window.addEventListener("popstate", () => tell([...FILTERS, "noise", "hide", "request", "with", "view", "resource"]));
