// Starts GraphiQL; the token goes into its "Headers" tab: {"Authorization": "Bearer …"}. Subscriptions are read as
// server-sent events (graphql-sse), since a browser can't send headers with a WebSocket.
"use strict";

const send = (params, headers, accept, signal) =>
  fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept, ...headers },
    body: JSON.stringify(params),
    signal,
  });

const isSubscription = ({ operationName }, document) =>
  (document?.definitions ?? []).some(
    (definition) =>
      definition.operation === "subscription" && (!operationName || definition.name?.value === operationName),
  );

// Returns name and data of an event.
function parsed(event) {
  const lines = event.split("\n").map((line) => line.split(/: ?(.*)/s));
  return Object.fromEntries(lines.filter(([name]) => name));
}

async function* responses(params, headers, signal) {
  const response = await send(params, headers, "text/event-stream", signal);
  if (!response.headers.get("Content-Type").startsWith("text/event-stream")) {
    yield await response.json();
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let unread = "";
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const events = (unread + value).split("\n\n");
    unread = events.pop();
    for (const { event, data } of events.map(parsed)) {
      if (event === "complete") return;
      if (event === "next") yield JSON.parse(data);
    }
  }
  throw new Error("The server has closed the stream: subscribe again.");
}

// The connection is closed as soon as GraphiQL stops listening, not only with the next event.
function subscribe(params, headers) {
  const stop = new AbortController();
  const all = responses(params, headers, stop.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => all.next().catch((error) => (stop.signal.aborted ? { done: true } : Promise.reject(error))),
    return: async () => {
      stop.abort();
      return { done: true };
    },
  };
}

function fetcher(params, { headers, documentAST } = {}) {
  return isSubscription(params, documentAST)
    ? subscribe(params, headers)
    : send(params, headers, "application/json").then((response) => response.json());
}

// Without the internet there is no GraphiQL.
if (window.GraphiQL) {
  const place = document.getElementById("graphiql");
  place.style.height = "100vh";
  document.body.style.margin = "0";
  ReactDOM.createRoot(place).render(React.createElement(GraphiQL, { fetcher, shouldPersistHeaders: false }));
}
