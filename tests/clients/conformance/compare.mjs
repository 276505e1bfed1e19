// Compares a server's answer with graphql-js's.

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The beginning of the addresses that a server gives its files. */
const SERVER = /^http:\/\/127\.0\.0\.1:\d+/;

/** Returns the data as text with the order of keys; instants only as such, if two servers made them. */
function written(data, masked) {
  return JSON.stringify(data, (_, value) => {
    if (typeof value !== "string") return value;
    return masked && TIME.test(value) ? "(an instant)" : value.replace(SERVER, "(a server)");
  });
}

/** Returns the value with the keys of each object in one order. */
export const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value && typeof value === "object"
      ? Object.fromEntries(
          Object.keys(value)
            .sort()
            .map((key) => [key, sorted(value[key])]),
        )
      : value;

/** Returns the position of the null that an error left in the data. */
function cut(data, path) {
  const at = [];
  let value = data;
  for (const key of path) {
    if (value === null || value === undefined) break;
    value = value[key];
    at.push(key);
  }
  return value === null ? at.join(".") : `${at.join(".")} (not null)`;
}

/** Returns the gist of a refusal, the same for other names and numbers. */
function reason({ errors: [error] }) {
  const gist = error.message
    .split("\n")
    .at(-1)
    .trim()
    .replace(/["'`][^"'`]*["'`]/g, "…")
    .replace(/\d+/g, "0");
  return `${error.extensions?.code} ${gist.slice(0, 80)}`;
}

const pathOf = (error) => (error.path ?? []).join(".");

/**
 * Returns how the answer differs from what graphql-js says, as a class and its details, or null.
 * Both are compared by: accepted or refused before execution; data with the order of its keys;
 * the nulls that errors left, one error for each, at a path and with a code that graphql-js has.
 */
export function difference(expected, answer, masked) {
  const refused = expected.refused;
  const answerRefused = !("data" in answer) || answer.status >= 400;
  if (refused && !answerRefused)
    return { class: `executes what is refused: ${refused}`, expected: refused, found: answer.text };
  if (!refused && answerRefused)
    return { class: `refuses what is valid: ${reason(answer)}`, expected: written(expected.data), found: answer.text };
  if (refused) return "data" in answer ? { class: "refuses with data", expected: refused, found: answer.text } : null;
  const [wanted, found] = [written(expected.data, masked), written(answer.data, masked)];
  if (wanted !== found) {
    const order = JSON.stringify(sorted(JSON.parse(wanted))) === JSON.stringify(sorted(JSON.parse(found)));
    return {
      class: order ? "order of keys" : expected.errors?.length ? "data with a failed field" : "data",
      expected: wanted,
      found,
    };
  }
  const errors = answer.errors ?? [];
  // An error has a path, unless graphql-js can't give one: a directive of the root that fails.
  const whole = (expected.errors ?? []).some((error) => !error.path);
  if (!whole && !errors.every((error) => Array.isArray(error.path)))
    return { class: "error without a path", expected: "", found: answer.text };
  const cuts = (list) => list.map((error) => cut(expected.data, error.path ?? [])).sort();
  const wantedCuts = [...new Set(cuts(expected.errors ?? []))].join("; ");
  if (wantedCuts !== cuts(errors).join("; "))
    return { class: "paths of errors", expected: wantedCuts, found: cuts(errors).join("; ") };
  const paths = new Set([...expected.failed.keys(), ...(expected.errors ?? []).map(pathOf)]);
  for (const error of errors) {
    const path = pathOf(error);
    if (!paths.has(path)) return { class: "path of an error", expected: [...paths].join("; "), found: path };
    // What graphql-js refuses by itself, such as null for an argument, has no code of ours.
    const code = expected.failed.get(path);
    if (code && code !== error.extensions?.code)
      return { class: "code of an error", expected: code, found: error.extensions?.code };
  }
  return null;
}
