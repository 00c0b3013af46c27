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

/** Have something worked out, which changes nothing. */
export const compute = (path, body, options = {}) => ask("POST", path, { headers: contentType(body), body: JSON.stringify(body), ...options });

/** Do something that needs the token. */
export async function act(method, path, body) {
  try {
    return await ask(method, path, { headers: { "X-Lattice-Token": token() ?? "", ...contentType(body) }, body: body && JSON.stringify(body) });
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
