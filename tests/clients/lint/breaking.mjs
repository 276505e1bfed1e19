// Compares the server's SDL with that of the last release, released.graphql: a change that breaks
// clients fails unless the section [Unreleased] of CHANGELOG.md names it, in backticks, by its
// schema coordinate. At a release the file is replaced by the SDL of the release.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, findBreakingChanges } from "graphql";

const here = import.meta.dirname;
const read = (...path) => readFileSync(join(...path), "utf8");
const released = buildSchema(read(here, "released.graphql"));
const current = buildSchema(read(process.env.CLIENT_SCHEMA));

/** The forms of graphql-js's descriptions, each with the coordinate that it speaks of. */
const forms = [
  [/^A required arg (\w+) on (\w+\.\w+) was added\.$/, (_, arg, field) => `${field}(${arg}:)`],
  [/^A required field (\w+) on input type (\w+) was added\.$/, (_, field, type) => `${type}.${field}`],
  [/^(\w+) was removed from enum type (\w+)\.$/, (_, value, type) => `${type}.${value}`],
  [/^(\w+\.\w+) arg (\w+) (was removed|has changed type)/, (_, field, arg) => `${field}(${arg}:)`],
  [/^(\w+(\.\w+)?) (was removed|changed)/, (_, name) => name],
];
function coordinate({ description }) {
  for (const [form, name] of forms) {
    const found = form.exec(description);
    if (found) return name(...found);
  }
  throw new Error(`unknown form of a breaking change: ${description}`);
}

const unreleased = read(here, "../../../CHANGELOG.md").split(/^## /m)[1];
const named = new Set([...unreleased.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
const changes = findBreakingChanges(released, current).map((change) => [coordinate(change), change.description]);
const unsaid = changes.filter(([name]) => !named.has(name));
for (const [name, description] of unsaid) console.log(`CHANGELOG.md doesn't name \`${name}\`: ${description}`);
console.log(`${changes.length} breaking changes since the last release, ${unsaid.length} of them unsaid`);
process.exit(unsaid.length ? 1 : 0);
