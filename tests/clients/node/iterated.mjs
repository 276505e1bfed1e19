// What clients whose operations are iterated over have in common: graphql-ws and graphql-sse.
import assert from "node:assert/strict";
import { CHANGE, heard, PAGE, pages, TASK, WATCH } from "./steps.mjs";

/** Returns the steps of a client that changes the task `id`, and how it executes one operation. */
export function iterated(name, id, client) {
  /** Returns the only result of an operation. */
  async function once(query, variables) {
    const results = [];
    for await (const result of client.iterate({ query, variables })) results.push(result);
    assert.equal(results.length, 1);
    return results[0];
  }
  const change = (task) => once(CHANGE, { task: { id, ...task } });
  const steps = {
    "reads pages": () => pages(async (variables) => (await once(PAGE, variables)).data.tasks),
    async writes() {
      const { version } = (await once(TASK, { id })).data.taskById;
      const description = `Changed by ${name}: "quoted" 😀`;
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
    },
    async subscribes() {
      const events = client.iterate({ query: WATCH, variables: { id } });
      const { value } = await heard(events.next(), (tries) => change({ description: `Heard by ${name} ${tries}` }));
      assert(value.data.taskChanged.task.description.startsWith(`Heard by ${name}`));
      await events.return();
    },
  };
  return { once, steps };
}
