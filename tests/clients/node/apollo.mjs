// Apollo Client as it comes: normalised cache, pages of a connection, persisted queries, and
// subscriptions by graphql-ws.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createClient } from "graphql-ws";
import {
  authorization,
  CHANGE,
  heard,
  PAGE,
  pages,
  run,
  sent,
  socketUrl,
  TASK,
  url,
  WATCH,
  webSocketImpl,
} from "./steps.mjs";

const id = "11";
const http = ApolloLink.from([
  new PersistedQueryLink({ sha256: (text) => createHash("sha256").update(text).digest("hex") }),
  new HttpLink({ uri: url, headers: { authorization } }),
]);
const live = new GraphQLWsLink(
  createClient({ url: socketUrl, webSocketImpl, connectionParams: { Authorization: authorization } }),
);
const client = new ApolloClient({
  link: ApolloLink.split(({ operationType }) => operationType === "subscription", live, http),
  cache: new InMemoryCache({ typePolicies: { Query: { fields: { tasks: relayStylePagination() } } } }),
});
const change = (task) => client.mutate({ mutation: gql(CHANGE), variables: { task: { id, ...task } } });

await run("Apollo Client", {
  async "asks once for a persisted query, then sends the text"() {
    await client.query({ query: gql(TASK), variables: { id } });
    assert.deepEqual(
      sent.map(({ body }) => "query" in JSON.parse(body)),
      [false, true],
    );
    await client.query({ query: gql(TASK), variables: { id: "12" } });
    assert.equal(sent.length, 3);
  },
  async "reads pages"() {
    const watched = client.watchQuery({ query: gql(PAGE), variables: { first: 7 } });
    const firstPage = new Promise((next, error) =>
      watched.subscribe({ next: ({ data }) => data && next(data.tasks), error }),
    );
    const said = await pages(async ({ after }) =>
      after ? (await watched.fetchMore({ variables: { after } })).data.tasks : firstPage,
    );
    const { edges, totalCount } = client.readQuery({ query: gql(PAGE), variables: { first: 7 } }).tasks;
    assert.equal(edges.length, totalCount, "the cache has every page");
    return said;
  },
  async "writes, and its cache knows"() {
    const read = () => client.readQuery({ query: gql(TASK), variables: { id } }).taskById;
    const { version } = read();
    const description = 'Changed by Apollo: "quoted" 😀';
    await change({ description, expectedVersion: version });
    assert.deepEqual(
      { ...read(), customer: null, __typename: null },
      { id, version: version + 1, description, customer: null, __typename: null },
    );
  },
  async fails() {
    const missing = { query: gql(TASK), variables: { id: "999999" } };
    const codes = (error) => CombinedGraphQLErrors.is(error) && error.errors.map((one) => one.extensions.code);
    await assert.rejects(client.query(missing), (error) => assert.deepEqual(codes(error), ["NOT_FOUND"]) ?? true);
    const partial = await client.query({ ...missing, errorPolicy: "all" });
    assert.equal(partial.data.taskById, null);
    assert(partial.data.me.email);
    assert.deepEqual(codes(partial.error), ["NOT_FOUND"]);
    await assert.rejects(
      change({ description: "late", expectedVersion: 1 }),
      (error) => assert.deepEqual(codes(error), ["CONFLICT"]) ?? true,
    );
  },
  async subscribes() {
    const event = new Promise((next, error) =>
      client.subscribe({ query: gql(WATCH), variables: { id } }).subscribe({ next, error }),
    );
    const { data } = await heard(event, (tries) => change({ description: `Heard by Apollo ${tries}` }));
    assert.match(data.taskChanged.task.description, /^Heard by Apollo/);
  },
});
