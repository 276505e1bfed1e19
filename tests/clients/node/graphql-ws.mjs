// graphql-ws: everything over one socket by the protocol graphql-transport-ws.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import { authorization, CHANGE, heard, PAGE, pages, run, socketUrl, TASK, WATCH, webSocketImpl } from "./steps.mjs";

const id = "15";
let closed;
const client = createClient({
  url: socketUrl,
  webSocketImpl,
  connectionParams: { Authorization: authorization },
  retryAttempts: 0,
  on: { closed: (event) => (closed = event) },
});

/** Returns the only result of an operation. */
async function once(query, variables) {
  const results = [];
  for await (const result of client.iterate({ query, variables })) results.push(result);
  assert.equal(results.length, 1);
  return results[0];
}
const change = (task) => once(CHANGE, { task: { id, ...task } });

await run("graphql-ws", {
  "reads pages": () => pages(async (variables) => (await once(PAGE, variables)).data.tasks),
  async writes() {
    const { version } = (await once(TASK, { id })).data.taskById;
    const description = 'Changed by graphql-ws: "quoted" 😀';
    const { data } = await change({ description, expectedVersion: version });
    assert.deepEqual(data.updateTask.task, { id, version: version + 1, description });
  },
  async fails() {
    const missing = await once(TASK, { id: "999999" });
    assert.deepEqual(
      missing.errors.map((error) => error.extensions.code),
      ["NOT_FOUND"],
    );
    assert.deepEqual([missing.data.taskById, Object.keys(missing.data)], [null, ["me", "taskById"]]);
    await assert.rejects(
      once("{ nope }"),
      ([error]) => assert.equal(error.extensions.code, "GRAPHQL_VALIDATION_FAILED") ?? true,
    );
  },
  async "answers as many operations as run at once"() {
    const results = await Promise.all(Array.from({ length: 100 }, () => once(TASK, { id })));
    assert(results.every((result) => result.data.taskById.id === id));
  },
  async subscribes() {
    const events = client.iterate({ query: WATCH, variables: { id } });
    const { value } = await heard(events.next(), (tries) => change({ description: `Heard by graphql-ws ${tries}` }));
    assert.match(value.data.taskChanged.task.description, /^Heard by graphql-ws/);
    await events.return();
  },
  async closes() {
    await client.dispose();
    while (!closed) await new Promise((again) => setTimeout(again, 5));
    assert.equal(closed.code, 1000);
  },
  async "is refused without a valid token"() {
    const stranger = createClient({
      url: socketUrl,
      webSocketImpl,
      connectionParams: { Authorization: "Bearer x" },
      retryAttempts: 0,
    });
    await assert.rejects(stranger.iterate({ query: WATCH }).next(), (event) => assert.equal(event.code, 4403) ?? true);
  },
});
