// Filters over the lines of a session from a file, in the words of the API, which filters those of the run. Pure.

const WORDS_IN = ["id", "method", "host", "path", "service", "rule", "target", "caller", "reason", "function", "error_type", "status"];
const FIELDS = ["method", "service_network", "service", "listener", "rule", "target_group", "target", "caller", "kind"];

/** Whether a line is wanted. */
export function predicate(query) {
  const tests = FIELDS.filter((name) => query.get(name)).map((name) => isSo(query.get(name), (wanted) => (line) => valueOf(line, name) === wanted));
  if (query.get("status")) tests.push(isSo(query.get("status"), status));
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length) tests.push((line) => words.every((word) => has(line, word)));
  return (line) => tests.every((test) => test(line));
}

const valueOf = (line, name) => (name === "caller" && line.kind === "request" ? (line.caller ?? "anonymous") : line[name]);

const status = (wanted) => (line) => (/^\dxx$/.test(wanted) ? String(line.status)[0] === wanted[0] : String(line.status) === wanted);

function isSo(wanted, test) {
  if (!wanted.startsWith("!")) return test(wanted);
  const unwanted = test(wanted.slice(1));
  return (line) => !unwanted(line);
}

function has(line, word) {
  const searched = WORDS_IN.map((name) => line[name] ?? "").join("\n").toLowerCase();
  return word.startsWith("!") && word.length > 1 ? !searched.includes(word.slice(1)) : searched.includes(word);
}
