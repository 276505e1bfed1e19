// graphql-ws: everything over one socket by the protocol graphql-transport-ws.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import { iterated } from "./iterated.mjs";
import { authorization, run, socketUrl, TASK, WATCH, webSocketImpl } from "./steps.mjs";

const id = "15";
let closed;
const client = createClient({
  url: socketUrl,
  webSocketImpl,
  connectionParams: { Authorization: authorization },
  retryAttempts: 0,
  on: { closed: (event) => (closed = event) },
});
const { once, steps } = iterated("graphql-ws", id, client);

await run("graphql-ws", {
  ...steps,
  async "sends what is not valid"() {
    await assert.rejects(
      once("{ nope }"),
      ([error]) => assert.equal(error.extensions.code, "GRAPHQL_VALIDATION_FAILED") ?? true,
    );
  },
  async "answers as many operations as run at once"() {
    const results = await Promise.all(Array.from({ length: 100 }, () => once(TASK, { id })));
    assert(results.every((result) => result.data.taskById.id === id));
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
