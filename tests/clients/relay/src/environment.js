// The network and the store of Relay, for the server that is in the environment.
import { createClient } from "graphql-ws";
import { Environment, Network, Observable, RecordSource, Store } from "relay-runtime";
import WebSocket from "ws";

const url = `${process.env.CLIENT_URL}/graphql`;
const authorization = `Bearer ${process.env.CLIENT_TOKEN}`;

async function fetchFunction({ text }, variables) {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ query: text, variables }),
  });
  return response.json();
}

export const live = createClient({
  url: url.replace(/^http/, "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: authorization },
});

function subscribeFunction({ text }, variables) {
  return Observable.create((sink) => live.subscribe({ query: text, variables }, sink));
}

// `id` is unique among objects of one type; the store keeps objects by their `nodeId`.
const getDataID = ({ nodeId }) => nodeId;

export const makeEnvironment = () =>
  new Environment({
    network: Network.create(fetchFunction, subscribeFunction),
    store: new Store(new RecordSource(), { getDataID }),
    getDataID,
  });
