// Values as a person reads them.

/** 12 ms, 1.3 s. */
export function duration(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms >= 10_000) return `${(ms / 1000).toFixed(0)} s`;
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(1)} ms`;
}

/** 14:03:59.123, of this machine. */
export function time(startedUs) {
  if (!startedUs) return "";
  const at = new Date(startedUs / 1000);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** 900 bytes, 12 kB, 6.3 MB. */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** What a line says of how it ended: a status, or the error of an invocation. */
export const outcome = (line) => (line.kind === "invocation" ? (line.error_type ?? "ok") : String(line.status));

/** The class of its colour. */
export function tone(line) {
  if (line.kind === "invocation") return line.error_type ? "s5" : "s2";
  return `s${String(line.status)[0]}`;
}
