// graphql-sse: distinct connections, for who can't have a WebSocket.
import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import { iterated } from "./iterated.mjs";
import { authorization, run, url } from "./steps.mjs";

const client = createClient({ url, headers: { Authorization: authorization }, retryAttempts: 0 });
const { once, steps } = iterated("graphql-sse", "17", client);

await run("graphql-sse", {
  ...steps,
  async "sends what is not valid"() {
    const { errors } = await once("{ nope }");
    assert.deepEqual(
      errors.map((error) => error.extensions.code),
      ["GRAPHQL_VALIDATION_FAILED"],
    );
  },
});
