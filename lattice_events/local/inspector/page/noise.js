// Requests that nobody looks for: health checks, and what the user hides by service and path.

import { change, parameter, parameters } from "./address.js";

const CHECKS = /(?:^|\/)(?:health[-_]?(?:z|check)?|live(?:z|ness)?|ready?(?:z|iness)?|readiness|ping|metrics|favicon\.ico|robots\.txt)\/?$/i;

/** Whether a line is hidden as the address says. */
export function noiseTest() {
  const hidden = new Set(parameters().getAll("hide"));
  const hidesChecks = parameter("noise") === "hide";
  return (line) => (hidesChecks && CHECKS.test(line.path ?? "")) || hidden.has(likeness(line));
}

/** Hide all that is like a line. */
export const hideLike = (line) => change({ hide: [...parameters().getAll("hide"), likeness(line)] });

/** Show again what was hidden. */
export const showAgain = (hidden) => change({ hide: parameters().getAll("hide").filter((each) => each !== hidden) });

const likeness = (line) => `${line.method ?? "INVOKE"} ${line.service ?? line.function ?? line.host}${line.path ?? ""}`;
