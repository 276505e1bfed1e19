// Installs the clients by their lock files, starts a server, and runs each against it. Names as
// arguments choose some of them: conformance apollo urql graphql-ws graphql-sse gql cynic
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { command, folder, login, post, program, start } from "./server.mjs";

const here = import.meta.dirname;
const dir = folder();
const chosen = process.argv.slice(2);
const wanted = (...names) => !chosen.length || names.some((name) => chosen.includes(name));
const schema = join(dir, "schema.graphql");
writeFileSync(schema, command(join(dir, "none.db"), ["schema"]));

const failed = [];

/** Runs a program to its end, and returns whether it succeeded. Its output stands under its title. */
async function step(title, cwd, args, env = {}) {
  const began = Date.now();
  const child = spawn(args[0], args.slice(1), {
    cwd: join(here, cwd),
    env: { ...process.env, ZAYAVKA: program, CLIENT_SCHEMA: schema, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = await new Promise((end) => child.on("error", (error) => end(error.message)).on("close", end));
  console.log(
    `--- ${title}: ${((Date.now() - began) / 1000).toFixed(1)} s${code === 0 ? "" : `, FAILED (${code})`}\n${output.trimEnd()}`,
  );
  if (code !== 0) failed.push(title);
  return code === 0;
}

/** Starts a server with an owner and thirty tasks. */
async function shop() {
  const database = join(dir, "shop.db");
  const [email, password] = ["owner@example.com", "correct-horse-battery-staple"];
  command(database, ["user", "add", "--owner", email], `${password}\n`);
  const server = await start(database);
  const token = await login(server.url, email, password);
  for (let part = 0; part < 3; part += 1) {
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

const { server, env } = await shop();
const npm = ["npm", "ci", "--silent", "--no-fund", "--no-audit"];
const python = join(dir, "python");
const node = ["apollo", "urql", "graphql-ws", "graphql-sse"].filter((name) => wanted(name));

/** Each line runs its steps one after another; the lines run side by side. */
const lines = [
  async () => {
    if (!node.length || !(await step("install the npm clients", "node", npm))) return;
    for (const name of node) await step(name, "node", ["node", `${name}.mjs`], env);
  },
  async () => {
    if (!wanted("gql")) return;
    const install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", "requirements.txt"];
    (await step("make an environment for Python", "python", ["python3", "-m", "venv", python])) &&
      (await step("install the PyPI clients", "python", [join(python, "bin/pip"), ...install])) &&
      (await step("gql", "python", [join(python, "bin/python"), "clients.py"], env));
  },
  async () => {
    if (!wanted("cynic")) return;
    (await step("build the Rust client", "cynic", ["cargo", "build", "--quiet", "--locked"])) &&
      (await step("cynic", "cynic", ["target/debug/zayavka-client-cynic"], env));
  },
  async () => {
    if (!wanted("conformance")) return;
    (await step("install graphql-js", "conformance", npm)) &&
      (await step("conformance", "conformance", ["node", "run.mjs"]));
  },
];
const began = Date.now();
await Promise.all(lines.map((line) => line()));
await server.stop();
const panics = server
  .log()
  .split("\n")
  .filter((line) => /"level":"ERROR"|panicked/.test(line));
if (panics.length) failed.push(`the server's log: ${panics.join("\n")}`);
console.log(
  `--- clients: ${((Date.now() - began) / 1000).toFixed(1)} s${failed.length ? `, FAILED: ${failed.join(", ")}` : ""}`,
);
process.exit(failed.length ? 1 : 0);
