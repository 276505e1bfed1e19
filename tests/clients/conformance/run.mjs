// Compares the server with graphql-js on generated documents and on named cases.
// Usage: node run.mjs [--count 2000] [--seed 1] [--only NUMBER] [--kind query|mutation|subscription]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildClientSchema, getIntrospectionQuery, validate } from "graphql";
import { command, copy, folder, login, post, start } from "../server.mjs";
import { budget } from "./budget.mjs";
import { broken, breakGrammar, breakRule, rules, specified } from "./break.mjs";
import { cases } from "./cases.mjs";
import { difference, sorted } from "./compare.mjs";
import { generate } from "./generate.mjs";
import { Oracle, parsed } from "./oracle.mjs";
import { poolOf } from "./pool.mjs";
import { print } from "./print.mjs";
import { choices, seedOf } from "./random.mjs";
import { teach } from "./scalars.mjs";
import { Socket, subscription } from "./subscribe.mjs";
import { read, sent } from "./values.mjs";
import { accepted, overEvents, overSocket } from "./ways.mjs";

const { values: options } = parseArgs({
  options: { count: { type: "string" }, seed: { type: "string" }, only: { type: "string" }, kind: { type: "string" } },
});
const count = Number(options.count ?? process.env.CONFORMANCE ?? 2000);
const seed = Number(options.seed ?? process.env.CONFORMANCE_SEED ?? 1);
const listed = JSON.parse(readFileSync(join(import.meta.dirname, "differences.json"), "utf8"));
for (const one of listed)
  if (!one.class || !one.reason) throw new Error("a listed difference has a class and a reason");

const dir = folder();
const base = join(dir, "base.db");
const OWNER = "owner@example.com";
const WORKER = "technician@example.com";
const PASSWORD = "correct-horse-battery-staple";

/** Makes the shop whose copies both servers have. */
async function shop() {
  command(base, ["demo", "--tasks", "60"]);
  for (const account of [OWNER, WORKER]) command(base, ["user", "reset-password", account], `${PASSWORD}\n`);
  const server = await start(base);
  const tokens = [await login(server.url, OWNER, PASSWORD), await login(server.url, WORKER, PASSWORD), undefined];
  const { data } = await post(server.url, tokens[0], { query: getIntrospectionQuery() });
  const schema = teach(buildClientSchema(data));
  const pool = await poolOf(schema, server.url, tokens[0]);
  await server.stop();
  return { tokens, schema, pool };
}

const { tokens, schema, pool } = await shop();
let pair;
let servers;
let copies = 0;

async function stop() {
  servers?.socket.close();
  await Promise.all((pair ?? []).map((server) => server.stop()));
}

/** Starts both servers over fresh copies: the one under test, and the one that plain queries read. */
async function fresh() {
  await stop();
  copies += 1;
  pair = await Promise.all(["tested", "oracle"].map((name) => start(copy(base, join(dir, `${name}${copies}.db`)))));
  const [tested, oracle] = pair.map((server) => server.url);
  return { tested, oracle: new Oracle(schema, oracle), socket: await Socket.open(tested, tokens[0]) };
}

/** Makes the document with this number; the kind decides in which phase it runs. */
function made(number) {
  const random = choices(seedOf(seed, number));
  const kind = kindOf(number);
  const token = tokens[random.chance(0.85) ? 0 : random.chance(0.7) ? 1 : 2];
  const how = random.chance(kind === "subscription" ? 0.6 : 0.3) ? "rule" : random.chance(0.15) ? "grammar" : "valid";
  for (;;) {
    const request = generate(schema, pool, random, kind);
    let rule;
    if (how === "rule") {
      rule = kind === "subscription" && random.chance(0.3) ? "SingleFieldSubscriptionsRule" : random.of(rules);
      if (
        broken(schema, parsed(print(request.document, random)) ?? request.document).length ||
        !breakRule(request.document, schema, random, rule)
      )
        continue;
    }
    let text = print(request.document, random);
    if (how === "grammar") text = breakGrammar(text, random);
    if (how === "rule") {
      const document = parsed(text);
      if (!document || broken(schema, document).join() !== rule) continue;
    }
    return { number, kind, token, how, rule, text, variables: request.variables, operationName: request.operationName };
  }
}

/** Returns what graphql-js says. */
async function judge(oracle, request, dry = false) {
  const document = parsed(request.text);
  if (!document) return { refused: "grammar" };
  const errors = validate(schema, document, specified);
  if (errors.length) return { refused: request.rule ?? broken(schema, document).join() };
  if (dry) return {};
  const result = await oracle
    .as(request.token)
    .run(document, read(request.variables) ?? undefined, request.operationName || undefined);
  if (!("data" in result))
    return {
      refused: /operation/i.test(result.errors[0].message) ? "operationName" : "variables",
      why: result.errors[0].message,
    };
  return { ...result, data: JSON.parse(JSON.stringify(result.data)) };
}

const found = new Map();
let differing = 0;
let tolerated = 0;
function note(request, expected, what) {
  const entry = listed.find(
    (one) =>
      new RegExp(one.class).test(what.class) &&
      new RegExp(one.document ?? "").test(request.text) &&
      new RegExp(one.found ?? "").test(what.found),
  );
  if (entry) {
    tolerated += 1;
    return;
  }
  differing += 1;
  const known = found.get(what.class) ?? { times: 0 };
  known.times += 1;
  if (!known.request || sent(known.request).length > sent(request).length)
    Object.assign(known, { request, what, why: expected.why });
  found.set(what.class, known);
}

/** Each twenty documents are fifteen queries, four mutations and a subscription. */
const kindOf = (number) => (number % 20 < 15 ? "query" : number % 20 < 19 ? "mutation" : "subscription");
const numbers = (
  options.only ? [Number(options.only)] : Array.from({ length: count }, (_, number) => number)
).filter((number) => !options.kind || kindOf(number) === options.kind);
const tally = {};
const counted = (request, expected) => {
  const name = `${request.kind}, ${expected.refused ? `refused (${request.how === "valid" ? "by chance" : request.how})` : expected.errors ? "with errors" : "without errors"}`;
  tally[name] = (tally[name] ?? 0) + 1;
};

async function check(request) {
  const [expected, answer] = await (request.kind === "subscription" ? subscribed(request) : overHttp(request));
  counted(request, expected);
  const is = expected.refused ?? "runs";
  if (request.is && request.is !== is) throw new Error(`the case "${request.number}" isn't what it says: ${is}`);
  let what = difference(expected, answer, request.kind === "mutation");
  if (request.kind === "mutation") what ??= await effects();
  if (what) note(request, expected, what);
  if (request.how === "case" && request.kind === "query") {
    const others = {
      "over a socket": await overSocket(servers.socket, request),
      "by events": await overEvents(servers.tested, request.token, request),
    };
    for (const [way, found] of Object.entries(others)) {
      const differs = difference(expected, found, false);
      if (differs) note(request, expected, { ...differs, class: `${way}: ${differs.class}` });
    }
  }
  return what;
}

const overHttp = async (request) => [
  await judge(servers.oracle, request),
  await post(servers.tested, request.token, sent(request)),
];

async function subscribed(request) {
  const verdict = await judge(servers.oracle, request, true);
  const document = verdict.refused ? undefined : parsed(request.text);
  const { expected, refused, answer } = await subscription(
    schema,
    servers.tested,
    tokens[0],
    servers.socket,
    document,
    request,
    { task: pool.hints["Subscription.taskChanged.id"][0], customer: pool.hints["Subscription.customerChanged.id"][0] },
  );
  return [expected ?? { refused: verdict.refused ?? refused }, answer];
}

/** Compares what was stored: the tasks that changed last, how many customers there are, and the stages. */
async function effects() {
  const query =
    "{ tasks(first: 8, orderBy: RECENTLY_UPDATED) { nodes { id version status description price comments { id text } history { id kind from to } } totalCount } customers(first: 1) { totalCount } stages { id name wording told colour stuckDays } }";
  const [one, two] = await Promise.all(
    [servers.oracle.url, servers.tested].map((url) => post(url, tokens[0], { query })),
  );
  const texts = [one, two].map((state) => JSON.stringify(sorted(state.data)));
  return texts[0] === texts[1] ? null : { class: "effects of a mutation", expected: texts[0], found: texts[1] };
}

const began = Date.now();
const overBudget = budget();
servers = await fresh();
const queries = numbers.filter((number) => kindOf(number) === "query");
let next = 0;
await Promise.all(
  Array.from({ length: 6 }, async () => {
    while (next < queries.length) await check(made(queries[next++]));
  }),
);
// Whatever changes something runs alone, so that both servers can be compared after each.
// Subscriptions come last: their events are changes of the server under test alone.
// Each document is made when its turn comes: making thousands at once would keep the process from its connections
// until the server has closed them.
const named = options.only ? [] : cases.map((one) => ({ ...one, token: tokens[0] }));
const late = (request) => request.kind === "subscription";
function* others() {
  yield* named.filter((request) => !late(request));
  for (const number of numbers) if (kindOf(number) === "mutation") yield made(number);
  yield* named.filter(late);
  for (const number of numbers) if (kindOf(number) === "subscription") yield made(number);
}
for (const request of others()) {
  const differs = await check(request);
  if (differs && request.kind === "mutation") servers = await fresh();
}
for (const [request, what] of [...(await accepted(servers.tested)), ...(await overBudget)]) note(request, {}, what);
await stop();

for (const [name, times] of Object.entries(tally).sort()) console.log(`${String(times).padStart(6)}  ${name}`);
for (const [name, { times, request, what, why }] of [...found].sort((a, b) => b[1].times - a[1].times)) {
  console.log(
    `\n${times} × ${name}\n  number ${request.number}: ${sent(request)}${why ? `\n  graphql-js: ${why}` : ""}\n  expected: ${String(what.expected).slice(0, 600)}\n  found:    ${String(what.found).slice(0, 600)}`,
  );
}
console.log(
  `\n${numbers.length} documents from seed ${seed} in ${((Date.now() - began) / 1000).toFixed(1)} s: ${differing} differences, ${tolerated} listed with reason`,
);
process.exit(differing ? 1 : 0);
