// Installs the clients by their lock files, starts a server, and runs each against it. Names as
// arguments choose some of them: conformance lint apollo urql graphql-ws graphql-sse relay codegen gql
// ariadne sgqlc cynic graphql_client webhooks curl
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, folder, login, post, program, start } from "./server.mjs";

const here = import.meta.dirname;
const dir = folder();
const chosen = process.argv.slice(2);
const wanted = (...names) => !chosen.length || names.some((name) => chosen.includes(name));

/** The SDL that the generators read. A file that stays the same builds nothing again. */
const schema = join(here, "schema.graphql");
const sdl = command(join(dir, "none.db"), ["schema"]);
if (!existsSync(schema) || readFileSync(schema, "utf8") !== sdl) writeFileSync(schema, sdl);

const failed = [];

/**
 * Runs a program to its end, and returns whether it succeeded. Its output stands under its title;
 * that of a preparation, which gets no environment, only if it fails.
 */
async function step(title, cwd, args, env) {
  const began = Date.now();
  const child = spawn(args[0], args.slice(1), {
    cwd: join(here, cwd),
    env: { ...process.env, ZAYAVKA: program, CLIENT_SCHEMA: schema, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = await new Promise((end) => child.on("error", (error) => end(error.message)).on("close", end));
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (code === 0) console.log(`--- ${title}: ${seconds} s${env ? `\n${output.trimEnd()}` : ""}`);
  else console.log(`--- ${title}: ${seconds} s, FAILED (${code})\n${output.trimEnd()}`);
  if (code !== 0) failed.push(title);
  return code === 0;
}

/** Starts a server with an owner and so many tasks. */
async function shop(name, settings, tens) {
  const database = join(dir, `${name}.db`);
  const [email, password] = ["owner@example.com", "correct-horse-battery-staple"];
  command(database, ["user", "add", "--owner", email], `${password}\n`);
  const server = await start(database, settings);
  const token = await login(server.url, email, password);
  for (let part = 0; part < tens; part += 1) {
    const create = Array.from(
      { length: 10 },
      (_, at) =>
        `t${at}: createTask(taskData: {customerPhone: "+7 900 000-00-${part}${at}", description: "Task ${part}${at}"}) { task { id } }`,
    );
    const { errors, text } = await post(server.url, token, { query: `mutation { ${create.join(" ")} }` });
    if (errors) throw new Error(text);
  }
  return { server, env: { CLIENT_URL: server.url, CLIENT_TOKEN: token, CLIENT_PHOTO: join(here, "photo.png") } };
}

const { server: first, env } = await shop("shop", {}, 3);
const servers = [first];
/** Starts another server with ten tasks, if one of the named clients was chosen, and resolves to its environment. */
const another = async (name, settings = {}) => {
  if (!wanted(name)) return null;
  const made = await shop(name, settings, 1);
  servers.push(made.server);
  return made.env;
};
// One that may send webhooks to this machine, and one whose tasks are as a page shows them.
const sender = another("webhooks", { "outgoing.allow_private": true });
const shown = another("curl");
const npm = ["npm", "ci", "--silent", "--no-fund", "--no-audit", "--prefer-offline"];
const node = ["apollo", "urql", "graphql-ws", "graphql-sse"].filter((name) => wanted(name));
const rust = ["cynic", "graphql_client"].filter((name) => wanted(name));

/** Makes an environment of a folder's requirements.txt, and returns its programs' folder, or null. */
async function venv(folder) {
  const made = join(dir, folder);
  const install = ["install", "--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes", "-r", "requirements.txt"];
  const ready =
    (await step(`make an environment for ${folder}`, folder, ["python3", "-m", "venv", made])) &&
    (await step(`install ${folder}`, folder, [join(made, "bin/pip"), ...install]));
  return ready ? join(made, "bin") : null;
}

/** Each line runs its steps one after another; the lines run side by side. */
const lines = [
  async () => {
    if (!rust.length) return;
    const packages = rust.flatMap((name) => ["-p", `zayavka-client-${name}`]);
    if (!(await step("build the Rust clients", "rust", ["cargo", "build", "--quiet", "--locked", ...packages]))) return;
    for (const name of rust) await step(name, "rust", [`target/debug/zayavka-client-${name}`], env);
  },
  async () => {
    if (!wanted("conformance")) return;
    (await step("install graphql-js", "conformance", npm)) &&
      (await step("conformance", "conformance", ["node", "run.mjs"], {}));
  },
  async () => {
    if (!(node.length || wanted("webhooks")) || !(await step("install the npm clients", "node", npm))) return;
    for (const name of node) await step(name, "node", ["node", `${name}.mjs`], env);
    if (wanted("webhooks")) await step("webhooks by npm", "node", ["node", "webhooks.mjs"], await sender);
  },
  async () => {
    if (!wanted("codegen")) return;
    (await step("install graphql-codegen", "codegen", npm)) &&
      (await step("generate the types", "codegen", ["node_modules/.bin/graphql-codegen", "--errors-only"])) &&
      (await step("check the types", "codegen", ["node_modules/.bin/tsc"])) &&
      (await step("codegen", "codegen", ["node", "dist/client.js"], env));
  },
  async () => {
    if (!wanted("gql", "webhooks")) return;
    const bin = await venv("python");
    if (!bin) return;
    if (wanted("gql")) await step("gql", "python", [join(bin, "python"), "clients.py"], env);
    if (wanted("webhooks")) await step("webhooks by PyPI", "python", [join(bin, "python"), "webhooks.py"], await sender);
  },
  async () => {
    if (!wanted("ariadne", "sgqlc")) return;
    const bin = await venv("python-codegen");
    mkdirSync(join(here, "python-codegen/generated"), { recursive: true });
    if (bin && wanted("ariadne")) {
      (await step("generate the client", "python-codegen", [join(bin, "ariadne-codegen")])) &&
        (await step("ariadne", "python-codegen", [join(bin, "python"), "ariadne_client.py"], env));
    }
    if (bin && wanted("sgqlc")) {
      const python = join(bin, "python");
      const read = ["-m", "sgqlc.introspection", "-H", `Authorization: Bearer ${env.CLIENT_TOKEN}`];
      const file = "generated/schema.json";
      (await step("read the schema", "python-codegen", [python, ...read, `${env.CLIENT_URL}/graphql`, file])) &&
        (await step("generate the types", "python-codegen", [join(bin, "sgqlc-codegen"), "schema", file, "generated/zayavka.py"])) &&
        (await step("sgqlc", "python-codegen", [python, "sgqlc_client.py"], env));
    }
  },
  async () => {
    if (!wanted("relay")) return;
    (await step("install Relay", "relay", npm)) &&
      (await step("compile the operations", "relay", ["node", "build.mjs"])) &&
      (await step("relay", "relay", ["node", "dist/client.js"], env));
  },
  async () => {
    if (wanted("curl")) await step("curl", ".", ["node", "curl.mjs"], await shown);
  },
  async () => {
    if (!wanted("lint")) return;
    (await step("install the linters", "lint", npm)) && (await step("lint", "lint", ["node", "lint.mjs"], {})) &&
      (await step("changes that break clients", "lint", ["node", "breaking.mjs"], {}));
  },
];
const began = Date.now();
await Promise.all(lines.map((line) => line()));
await Promise.all([sender, shown]);
for (const server of servers) {
  await server.stop();
  const lines = server.log().split("\n");
  const panics = lines.filter((line) => /"level":"ERROR"|panicked/.test(line));
  if (panics.length) failed.push(`the server's log: ${panics.join("\n")}`);
}
console.log(
  `--- clients: ${((Date.now() - began) / 1000).toFixed(1)} s${failed.length ? `, FAILED: ${failed.join(", ")}` : ""}`,
);
process.exit(failed.length ? 1 : 0);
