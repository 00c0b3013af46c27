// Asks the API of lattice dev.

import { forgetToken, token } from "./token.js";

/** What the API refused, in its own words. */
export class Refused extends Error {
  constructor(status, told) {
    super(told.error);
    this.status = status;
    this.told = told;
  }
}

/** The JSON of a path below /api/v1/. */
export const get = (path, options = {}) => ask("GET", path, options);

/** Have something worked out, which needs no token. */
export const compute = (path, body) => ask("POST", path, { headers: contentType(body), body: JSON.stringify(body) });

/** Do something that needs the token. */
export async function act(method, path, body, options = {}) {
  try {
    return await ask(method, path, { ...options, headers: { "X-Lattice-Token": token() ?? "", ...contentType(body) }, body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.status === 403) forgetToken();
    throw error;
  }
}

const contentType = (body) => (body ? { "Content-Type": "application/json" } : {});

async function ask(method, path, options) {
  const response = await fetch(`/api/v1/${path}`, { method, cache: "no-store", ...options });
  const value = await response.json();
  if (!response.ok) throw new Refused(response.status, value);
  return value;
}
