// What a value from a file must be. A shape is a function that says where a value is wrong, or nothing. Pure.

const wrong = (path, wanted) => `${path || "it"} is not ${wanted}`;

export const text = (value, path = "") => (typeof value === "string" ? "" : wrong(path, "a text"));
export const number = (value, path = "") => (Number.isFinite(value) ? "" : wrong(path, "a number"));
export const anything = () => "";

/** A value that may be missing. */
export const maybe = (shape) => (value, path = "") => (value === null || value === undefined ? "" : shape(value, path));

/** A list of values of one shape. */
export const list = (shape) => (value, path = "") => {
  if (!Array.isArray(value)) return wrong(path, "a list");
  return first(value, (item, index) => shape(item, `${path}[${index}]`));
};

/** An object with members of these shapes, and any others. */
export const object = (shapes) => (value, path = "") => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong(path, "an object");
  return first(Object.entries(shapes), ([name, shape]) => shape(value[name], path ? `${path}.${name}` : name));
};

/** A name and a value, say. */
export const pair = (value, path = "") => (list(text)(value, path) || value.length !== 2 ? wrong(path, "a pair of texts") : "");

const first = (values, problemOf) => {
  for (const [index, value] of values.entries()) {
    const problem = problemOf(value, index);
    if (problem) return problem;
  }
  return "";
};
