// Reads the server's SDL with graphql-schema-linter and graphql-eslint, all of their rules for
// schemas, and holds what they find against exceptions.json: a finding that isn't there fails, and
// so does an exception that nothing needs any more. `--all` prints the findings without exceptions.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import plugin from "@graphql-eslint/eslint-plugin";
import { Linter } from "eslint";
import { parse, visit } from "graphql";

const here = import.meta.dirname;
const path = process.env.CLIENT_SCHEMA;
const sdl = readFileSync(path, "utf8");
const { rulesOff, findings: excepted } = JSON.parse(readFileSync(join(here, "exceptions.json"), "utf8"));

/** Settings of rules that can't run without them, or demand more with them. */
const options = {
  "require-description": {
    types: true,
    rootField: true,
    DirectiveDefinition: true,
    EnumValueDefinition: true,
    FieldDefinition: true,
    InputValueDefinition: true,
  },
  "naming-convention": {
    types: "PascalCase",
    FieldDefinition: "camelCase",
    InputValueDefinition: "camelCase",
    Argument: "camelCase",
    DirectiveDefinition: "camelCase",
    EnumValueDefinition: "UPPER_CASE",
    "FieldDefinition[parent.name.value=Query]": { forbiddenPrefixes: ["query", "get"], forbiddenSuffixes: ["Query"] },
    "FieldDefinition[parent.name.value=Mutation]": { forbiddenPrefixes: ["mutation"], forbiddenSuffixes: ["Mutation"] },
    "FieldDefinition[parent.name.value=Subscription]": {
      forbiddenPrefixes: ["subscription"],
      forbiddenSuffixes: ["Subscription"],
    },
    EnumTypeDefinition: { forbiddenPrefixes: ["Enum"], forbiddenSuffixes: ["Enum"] },
    InterfaceTypeDefinition: { forbiddenPrefixes: ["Interface"], forbiddenSuffixes: ["Interface"] },
    UnionTypeDefinition: { forbiddenPrefixes: ["Union"], forbiddenSuffixes: ["Union"] },
    ObjectTypeDefinition: { forbiddenPrefixes: ["Type"], forbiddenSuffixes: ["Type"] },
  },
  // Without a list of other fields there would be nothing to list.
  "relay-edge-types": { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
  // Parts of a connection, and answers of mutations, are no entities.
  "strict-id-in-types": { acceptedIdNames: ["id"], exceptions: { suffixes: ["Connection", "Edge", "Payload"] } },
};

/** Returns the schema coordinate of the definition at a line and a column, such as `Query.tasks(first:)`. */
function coordinates(text) {
  const places = [];
  visit(parse(text), {
    enter(node, _key, _parent, _path, ancestors) {
      const isNamed = (one) => /Definition$/.test(one.kind) && one.name;
      if (!isNamed(node)) return;
      const above = ancestors.filter(isNamed).map((one) => one.name.value);
      const isArgument = node.kind === "InputValueDefinition" && above.length === 2;
      const name = isArgument ? `${above.join(".")}(${node.name.value}:)` : [...above, node.name.value].join(".");
      places.push({ start: node.loc.start, end: node.loc.end, name });
    },
  });
  const lines = text.split("\n").reduce((all, line) => [...all, all.at(-1) + line.length + 1], [0]);
  return (line, column) => {
    const at = lines[line - 1] + column - 1;
    return places.findLast(({ start, end }) => start <= at && at < end)?.name ?? "schema";
  };
}
const coordinate = coordinates(sdl);

/** Returns what graphql-schema-linter finds, and the names of its rules. */
function schemaLinter() {
  const folder = join(here, "node_modules/graphql-schema-linter/lib");
  const rules = readdirSync(join(folder, "rules")).map((file) => file.slice(0, -3).replaceAll("_", "-"));
  const on = rules.filter((rule) => !(rule in rulesOff));
  const cli = join(here, "node_modules/.bin/graphql-schema-linter");
  const run = spawnSync(cli, ["--format", "json", "--rules", on.join(), path], { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (run.status > 1) throw new Error(`graphql-schema-linter: ${run.stdout}${run.stderr}`);
  const findings = JSON.parse(run.stdout).errors.map(({ rule, message, location }) => ({
    rule,
    at: coordinate(location.line, location.column),
    message,
  }));
  return { rules, findings };
}

/** Returns what graphql-eslint finds, and the names of its rules for schemas. */
function eslint() {
  const rules = Object.keys(plugin.rules).filter((name) => [plugin.rules[name].meta.docs.category].flat().includes("Schema"));
  const on = rules.filter((rule) => !(rule in rulesOff));
  const configuration = {
    files: ["**/*.graphql"],
    plugins: { graphql: plugin },
    languageOptions: { parser: plugin.parser, parserOptions: { schemaSdl: sdl } },
    rules: Object.fromEntries(on.map((rule) => [`graphql/${rule}`, ["error", ...(rule in options ? [options[rule]] : [])]])),
  };
  const messages = new Linter().verify(sdl, [configuration], { filename: "schema.graphql" });
  const findings = messages.map(({ ruleId, message, line, column }) => ({
    rule: ruleId ? ruleId.replace("graphql/", "") : "eslint",
    at: coordinate(line, column),
    message: message.replaceAll("\n", " "),
  }));
  return { rules, findings };
}

const linters = [schemaLinter(), eslint()];
const rules = new Set(linters.flatMap((linter) => linter.rules));
const findings = linters.flatMap((linter) => linter.findings);
const isFor = (exception, { rule, at }) => exception.rule === rule && exception.at.includes(at);
const unlisted = findings.filter((finding) => !excepted.some((exception) => isFor(exception, finding)));
const stale = [
  ...Object.keys(rulesOff).filter((rule) => !rules.has(rule)),
  ...excepted.flatMap((exception) =>
    exception.at
      .filter((at) => !findings.some((finding) => isFor({ ...exception, at: [at] }, finding)))
      .map((at) => `${exception.rule} ${at}`),
  ),
];
for (const { rule, at, message } of unlisted) console.log(`${rule} ${at}: ${message}`);
for (const name of stale) console.log(`exceptions.json lists what nothing needs any more: ${name}`);
const on = rules.size - Object.keys(rulesOff).length;
console.log(`lint: ${on} rules, ${findings.length} findings, ${unlisted.length} unlisted, ${stale.length} stale exceptions`);
process.exit(unlisted.length || stale.length ? 1 : 0);
