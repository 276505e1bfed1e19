// urql with Graphcache as it comes: normalised cache by the server's schema, pages, persisted
// queries, subscriptions by graphql-ws, and an upload by the GraphQL multipart request specification.
import assert from "node:assert/strict";
import { Client, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { persistedExchange } from "@urql/exchange-persisted";
import { getIntrospectionQuery } from "graphql";
import { createClient } from "graphql-ws";
import {
  authorization,
  CHANGE,
  heard,
  PAGE,
  pages,
  photo,
  readPhoto,
  run,
  sent,
  socketUrl,
  TASK,
  UPLOAD,
  url,
  WATCH,
  webSocketImpl,
} from "./steps.mjs";

const id = "13";
const fetchOptions = { headers: { authorization } };
const bare = new Client({ url, fetchOptions, exchanges: [fetchExchange] });
const { data: schema } = await bare.query(getIntrospectionQuery(), {});
const live = createClient({ url: socketUrl, webSocketImpl, connectionParams: { Authorization: authorization } });
const nameless = ["Device", "PageInfo", "TaskConnection", "TaskEdge", "TaskChange"];
const client = new Client({
  url,
  fetchOptions,
  exchanges: [
    cacheExchange({
      schema,
      keys: Object.fromEntries(nameless.map((type) => [type, () => null])),
      resolvers: { Query: { tasks: relayPagination() } },
    }),
    persistedExchange({ preferGetForPersistedQueries: false }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({
        subscribe: (sink) => ({ unsubscribe: live.subscribe({ ...request, query: request.query ?? "" }, sink) }),
      }),
    }),
  ],
});
const change = (task) => client.mutation(gql(CHANGE), { task: { id, ...task } }).toPromise();
const task = (variables, context) => client.query(gql(TASK), variables, context).toPromise();

await run("urql with Graphcache", {
  async "asks once for a persisted query, then sends the text"() {
    const before = sent.length;
    const { data, error } = await task({ id });
    assert.ifError(error);
    assert.equal(data.taskById.id, id);
    assert.deepEqual(
      sent.slice(before).map((options) => "query" in JSON.parse(options.body)),
      [false, true],
    );
  },
  async "reads pages"() {
    let before = 0;
    // Graphcache answers with all the pages that it has; a page is what came last.
    const said = await pages(async (variables) => {
      const { data, error } = await client.query(gql(PAGE), variables).toPromise();
      assert.ifError(error);
      const edges = data.tasks.edges.slice(before);
      before = data.tasks.edges.length;
      return { ...data.tasks, edges };
    });
    return said;
  },
  async "writes, and its cache knows"() {
    const {
      data: {
        taskById: { version },
      },
    } = await task({ id });
    const description = 'Changed by urql: "quoted" 😀';
    const { error } = await change({ description, expectedVersion: version });
    assert.ifError(error);
    const requests = sent.length;
    const { data } = await task({ id }, { requestPolicy: "cache-only" });
    assert.equal(sent.length, requests);
    assert.deepEqual([data.taskById.version, data.taskById.description], [version + 1, description]);
  },
  async fails() {
    const missing = await task({ id: "999999" });
    assert.deepEqual(
      missing.error.graphQLErrors.map((error) => error.extensions.code),
      ["NOT_FOUND"],
    );
    assert.equal(missing.data.taskById, null);
    assert(missing.data.me.email);
    const late = await change({ description: "late", expectedVersion: 1 });
    assert.deepEqual(
      late.error.graphQLErrors.map((error) => error.extensions.code),
      ["CONFLICT"],
    );
    assert.equal(late.data ?? null, null);
  },
  async subscribes() {
    const event = new Promise((next) => client.subscription(gql(WATCH), { id }).subscribe(next));
    const { data, error } = await heard(event, (tries) => change({ description: `Heard by urql ${tries}` }));
    assert.ifError(error);
    assert.match(data.taskChanged.task.description, /^Heard by urql/);
    const { data: cached } = await task({ id }, { requestPolicy: "cache-only" });
    assert.match(cached.taskById.description, /^Heard by urql/);
  },
  async "uploads a photo, and reads it"() {
    const files = [new File([photo], "phone.png", { type: "image/png" })];
    const { data, error } = await client.mutation(gql(UPLOAD), { id, files }).toPromise();
    assert.ifError(error);
    return readPhoto(data.addAttachments.comment.photo);
  },
});
