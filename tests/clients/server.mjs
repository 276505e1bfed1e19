// Starts the program under test with a database of its own, on a port that is free.
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** The program: `ZAYAVKA`, or the debug build of this repository. */
export const program = process.env.ZAYAVKA ?? join(root, "target/debug/zayavka");

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

/** A folder that goes with the process. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), "zayavka-clients-"));
  process.on("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs one command of the program, and returns what it prints. */
export function command(database, args, input = "") {
  const env = { ...process.env, ZAYAVKA_DATABASE: database };
  return execFileSync(program, args, { env, input, stdio: ["pipe", "pipe", "pipe"] }).toString();
}

/** Starts the server, and resolves once it listens. Settings are keys of config.toml. */
export async function start(database, settings = {}) {
  const env = { ...process.env, ZAYAVKA_DATABASE: database, ZAYAVKA_LISTEN: "127.0.0.1:0" };
  for (const [key, value] of Object.entries({ "graphql.introspection": "all", ...settings })) {
    env[`ZAYAVKA_${key.toUpperCase().replaceAll(".", "__")}`] = String(value);
  }
  const log = `${database}.log`;
  const output = openSync(log, "w");
  const child = spawn(program, [], { env, stdio: ["ignore", output, output] });
  running.add(child);
  const ended = new Promise((end) => child.once("exit", end));
  const url = await new Promise((listening, failed) => {
    const look = () => {
      const found = readFileSync(log, "utf8").match(/listens on (http\S+)/);
      if (!found) return;
      watcher.close();
      listening(found[1]);
    };
    const watcher = watch(log, look);
    ended.then((code) => {
      watcher.close();
      failed(new Error(`the server ended with ${code}: ${readFileSync(log, "utf8")}`));
    });
    look();
  });
  ended.then(() => running.delete(child));
  return {
    url,
    log: () => readFileSync(log, "utf8"),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Copies the database of a stopped server. */
export function copy(from, to) {
  copyFileSync(from, to);
  return to;
}

/** Sends one GraphQL request, and returns its status and body. */
export async function post(url, token, request) {
  const answer = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: typeof request === "string" ? request : JSON.stringify(request),
  });
  const text = await answer.text();
  try {
    return { status: answer.status, text, ...JSON.parse(text) };
  } catch {
    throw new Error(`not JSON (${answer.status}): ${text.slice(0, 300)}`);
  }
}

/** Signs in, and returns the token. */
export async function login(url, email, password) {
  const query = "mutation($e: String, $p: String!) { login(email: $e, password: $p) { token } }";
  const { data } = await post(url, null, { query, variables: { e: email, p: password } });
  if (!data?.login?.token) throw new Error(`no token for ${email}`);
  return data.login.token;
}
