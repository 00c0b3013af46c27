// Two texts, line by line. Pure.

const MOST_STEPS = 4_000_000; // beyond it the middle is told as replaced: a table of all pairs would freeze the page

/** Lines with ` `, `-` (of the first text alone) or `+` in front. */
export function diffLines(first, second) {
  const [a, b] = [first.split("\n"), second.split("\n")];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...marked(" ", a.slice(0, start)), ...middle, ...marked(" ", end ? a.slice(-end) : [])];
}

const marked = (mark, lines) => lines.map((line) => [mark, line]);

/** By the longest common subsequence. */
function between(a, b) {
  if (!a.length || !b.length || a.length * b.length > MOST_STEPS) return [...marked("-", a), ...marked("+", b)];
  const width = b.length + 1;
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  const lines = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) lines.push([" ", a[i++]]), j++;
    else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) lines.push(["-", a[i++]]);
    else lines.push(["+", b[j++]]);
  }
  return [...lines, ...marked("-", a.slice(i)), ...marked("+", b.slice(j))];
}
