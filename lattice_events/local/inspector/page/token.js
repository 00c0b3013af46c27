// The run's token: handed over in the fragment, which no server sees, and kept for this tab.

const KEY = "lattice-token";

/** Take a token that stands in the address out of it; whether one did. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return false;
  sessionStorage.setItem(KEY, given);
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}

/** The token, or null for a page that may only read. */
export const token = () => sessionStorage.getItem(KEY);

/** Forget a token that the run does not take: it is another run's. */
export const forgetToken = () => sessionStorage.removeItem(KEY);
