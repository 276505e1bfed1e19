// The other ways to the same answer: a WebSocket, server-sent events, and what `Accept` chooses.
import { sent } from "./values.mjs";

/** Runs a request over the socket, and returns the answer in the form of one over HTTP. */
export async function overSocket(socket, request) {
  const operation = socket.start(sent(request));
  while (!operation.received.length) await operation.changed;
  const [first] = operation.received;
  const text = JSON.stringify(first);
  if (first.type === "error") return { status: 400, text, errors: first.payload };
  return { status: 200, text, ...first.payload };
}

/** Runs a request by server-sent events: one event `next`, then `complete`. */
export async function overEvents(url, token, request) {
  const headers = { "content-type": "application/json", accept: "text/event-stream", authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body: sent(request) });
  const text = await answer.text();
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    return { status: answer.status, text, ...(answer.ok ? { data: `no events: ${text}` } : JSON.parse(text)) };
  }
  const events = text
    .split(/\r?\n\r?\n/)
    .map((event) => Object.fromEntries(event.split(/\r?\n/).map((line) => line.split(/: ?(.*)/s).slice(0, 2))));
  const next = events.filter((event) => event.event === "next");
  if (next.length !== 1 || !events.some((event) => event.event === "complete"))
    return { status: 200, text, data: text };
  const result = JSON.parse(next[0].data);
  return { status: "data" in result ? 200 : 400, text, ...result };
}

/** Returns what is wrong with the media type that `Accept` chooses. */
export async function accepted(url) {
  const wanted = [
    ["application/json;q=0.9, application/graphql-response+json;q=0.1", "application/json"],
    ["application/json;q=0.1, application/graphql-response+json", "application/graphql-response+json"],
    ["application/graphql-response+json;q=0, application/json", "application/json"],
    ["*/*", "application/json"],
  ];
  const differences = [];
  for (const [accept, expected] of wanted) {
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { accept, "content-type": "application/json" },
      body: '{"query":"{__typename}"}',
    });
    const found = answer.headers.get("content-type").split(";")[0];
    if (found !== expected)
      differences.push([
        { number: "Accept", text: accept },
        { class: "Accept", expected, found },
      ]);
  }
  return differences;
}
