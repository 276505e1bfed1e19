// Runs subscriptions over a WebSocket, and beside each the plain one that tells what happened.
import { subscribe } from "graphql";
import WebSocket from "ws";
import { post } from "../server.mjs";
import { Oracle } from "./oracle.mjs";
import { read, sent } from "./values.mjs";

/** A socket by the protocol graphql-transport-ws. */
export class Socket {
  static async open(url, token) {
    const socket = new Socket();
    socket.ws = new WebSocket(url.replace(/^http/, "ws") + "/graphql", "graphql-transport-ws");
    socket.last = 0;
    socket.heard = new Map();
    await new Promise((opened, failed) => {
      socket.ws.once("error", failed);
      socket.ws.once("open", () =>
        socket.ws.send(JSON.stringify({ type: "connection_init", payload: { Authorization: `Bearer ${token}` } })),
      );
      socket.ws.on("message", (text) => {
        const message = JSON.parse(text);
        if (message.type === "connection_ack") opened();
        if (message.type === "ping") socket.ws.send('{"type":"pong"}');
        if (message.id) socket.heard.get(message.id)?.(message);
      });
    });
    return socket;
  }

  /** Starts an operation, and returns what it has received; `changed` resolves with the next message. */
  start(payload) {
    const id = String((this.last += 1));
    const stop = () => {
      this.heard.delete(id);
      this.ws.send(JSON.stringify({ id, type: "complete" }));
    };
    const operation = { received: [], stop };
    let tell;
    const renew = () => (operation.changed = new Promise((resolve) => (tell = resolve)));
    renew();
    this.heard.set(id, (message) => {
      operation.received.push(message);
      tell();
      renew();
    });
    this.ws.send(`{"id":"${id}","type":"subscribe","payload":${payload}}`);
    return operation;
  }

  close() {
    this.ws.terminate();
  }
}

let changes = 0;
const soon = () => new Promise((resolve) => setTimeout(resolve, 1000));
/** Returns whether no more messages come. */
const ended = (operation) => operation.received.some((message) => message.type !== "next");

/** Mutations that change a task and a customer, by the subscription that tells of it. */
const CHANGES = {
  async taskChanged(url, token, id, text) {
    const query = "mutation($id: ID!, $text: String!) { addComment(taskId: $id, text: $text) { comment { id } } }";
    return post(url, token, { query, variables: { id, text } });
  },
  async customerChanged(url, token, id, note) {
    const { data } = await post(url, token, { query: `{ customerById(id: ${JSON.stringify(id)}) { phone } }` });
    const query = "mutation($data: CustomerInput!) { updateCustomer(customerData: $data) { customer { id } } }";
    return post(url, token, { query, variables: { data: { phone: data.customerById.phone, note } } });
  },
};

/** Makes changes until each operation has an event of one, or an end; gives up where none comes. */
async function cause(url, token, socket, field, id, operations) {
  // Whoever has an answer on the same socket has probably subscribed before it.
  const question = socket.start('{"query":"{ __typename }"}');
  while (!question.received.length) await question.changed;
  for (let tries = 0; tries < 10; tries += 1) {
    if (operations.every(ended)) return true;
    const before = operations.map((operation) => operation.received.length);
    const { errors, text } = await CHANGES[field](url, token, id, `change ${(changes += 1)}`);
    if (errors) throw new Error(text);
    const answered = () =>
      operations.every((operation, at) => ended(operation) || operation.received.length > before[at]);
    const timeout = soon().then(() => "late");
    while (
      !answered() &&
      (await Promise.race([timeout, ...operations.map((operation) => operation.changed)])) !== "late"
    );
    if (answered()) return true;
  }
  return false;
}

/** Returns the answer to a subscription in the form of an answer over HTTP, and what graphql-js says. */
export async function subscription(schema, url, token, socket, document, request, usual) {
  const oracle = new Oracle(schema, url).as(token);
  const tested = socket.start(sent(request));
  let plain;
  let failed;
  const answer = () => {
    const last = tested.received.findLast((message) => message.type !== "complete") ?? tested.received.at(-1);
    const text = JSON.stringify(tested.received);
    if (!last) return { status: 200, text: "nothing came", data: "nothing came" };
    if (last.type === "error") return { status: 400, text, errors: last.payload };
    if (last.type === "complete") return { status: 200, text, data: "completed at once" };
    return { status: 200, text, ...last.payload };
  };
  if (!document) {
    await cause(url, token, socket, "taskChanged", usual.task, [tested]);
    tested.stop();
    return { answer: answer() };
  }
  // The source of events is the plain subscription: what it hears is the root value of both.
  const result = await subscribe({
    schema,
    document,
    variableValues: read(request.variables) ?? undefined,
    operationName: request.operationName || undefined,
    async subscribeFieldResolver(_source, args, _context, { fieldName }) {
      const kind = fieldName.replace("Changed", "");
      const filter = args.id ? `(id: ${JSON.stringify(args.id)})` : "";
      plain = socket.start(
        JSON.stringify({ query: `subscription { ${fieldName}${filter} { kind id ${kind} { __typename id } } }` }),
      );
      await cause(url, token, socket, fieldName, args.id ?? usual[kind], [tested, plain]);
      if (ended(plain)) failed = plain.received[0].payload?.errors;
      if (failed) throw new Error(failed[0].message);
      return (async function* () {})();
    },
  });
  // The stream of events could not be opened.
  if (failed) {
    tested.stop();
    return { refused: "no stream", answer: answer() };
  }
  if (!(Symbol.asyncIterator in result)) {
    await cause(url, token, socket, "taskChanged", usual.task, [tested]);
    tested.stop();
    return { refused: "variables", answer: answer() };
  }
  oracle.rootValue = plain.received.at(-1)?.payload.data;
  const expected = oracle.rootValue
    ? await oracle.run(document, read(request.variables) ?? undefined, request.operationName || undefined)
    : { data: "nothing came" };
  plain.stop();
  tested.stop();
  return { expected, answer: answer() };
}
