// graphql-sse: distinct connections, for who can't have a WebSocket.
import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import { authorization, CHANGE, heard, PAGE, pages, run, TASK, url, WATCH } from "./steps.mjs";

const id = "17";
const client = createClient({ url, headers: { Authorization: authorization }, retryAttempts: 0 });

/** Returns the only result of an operation. */
async function once(query, variables) {
  const results = [];
  for await (const result of client.iterate({ query, variables })) results.push(result);
  assert.equal(results.length, 1);
  return results[0];
}
const change = (task) => once(CHANGE, { task: { id, ...task } });

await run("graphql-sse", {
  "reads pages": () => pages(async (variables) => (await once(PAGE, variables)).data.tasks),
  async writes() {
    const { version } = (await once(TASK, { id })).data.taskById;
    const description = 'Changed by graphql-sse: "quoted" 😀';
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
    const { errors } = await once("{ nope }");
    assert.deepEqual(
      errors.map((error) => error.extensions.code),
      ["GRAPHQL_VALIDATION_FAILED"],
    );
  },
  async subscribes() {
    const events = client.iterate({ query: WATCH, variables: { id } });
    const { value } = await heard(events.next(), (tries) => change({ description: `Heard by graphql-sse ${tries}` }));
    assert.match(value.data.taskChanged.task.description, /^Heard by graphql-sse/);
    await events.return();
  },
});
