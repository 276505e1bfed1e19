// Receives webhooks of the running server with the libraries of npm: standardwebhooks, and svix,
// whose class has the same name.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { authorization, run, url } from "./steps.mjs";

/** Answers genuine deliveries with 204, hands each of them over once, and refuses others. */
function receiver(webhook, take) {
  const known = new Set();
  return async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    // The signature is of these bytes: parse them only after it was verified.
    const body = Buffer.concat(chunks).toString();
    try {
      webhook().verify(body, request.headers);
    } catch {
      response.writeHead(401).end();
      return;
    }
    const event = JSON.parse(body);
    if (!known.has(event.id)) {
      known.add(event.id);
      take(event, body, request.headers);
    }
    response.writeHead(204).end();
  };
}

/** Sends one operation, and returns the data of its root field. */
async function ask(query, variables) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0];
}

const REGISTER = /* GraphQL */ `
  mutation Register($url: String!) {
    createWebhook(webhookData: { url: $url, events: [COMMENT_ADDED], name: "Books" }) {
      webhook {
        id
      }
      secret
    }
  }
`;
const COMMENT = /* GraphQL */ `
  mutation Comment($text: String!) {
    addComment(taskId: 1, text: $text) {
      comment {
        id
      }
    }
  }
`;

/** Returns the steps of a library's class, which verifies what this server sends. */
function steps(Library) {
  const deliveries = [];
  let wake = () => {};
  let webhook;
  const take = (event, body, headers) => {
    deliveries.push({ event, body, headers });
    wake();
  };
  const listening = createServer(receiver(() => webhook, take));
  const arrived = async (count) => {
    while (deliveries.length < count) await new Promise((again) => (wake = again));
    return deliveries.at(-1);
  };
  let id;
  let secret;
  return {
    async "registers itself, and gets its secret once"() {
      await new Promise((ready) => listening.listen(0, "127.0.0.1", ready));
      const address = `http://127.0.0.1:${listening.address().port}/zayavka`;
      const made = await ask(REGISTER, { url: address });
      assert.match(made.secret, /^whsec_[A-Za-z0-9+/]+=*$/);
      id = made.webhook.id;
      secret = made.secret;
      webhook = new Library(secret);
    },
    async "receives an event, and verifies it"() {
      const { comment } = await ask(COMMENT, { text: "Genuine: “quoted” 😀" });
      const { event, body, headers } = await arrived(1);
      assert.equal(event.type, "comment.added");
      assert.equal(event.id, headers["webhook-id"]);
      assert.deepEqual([event.data.task.id, event.data.comment.id], ["1", comment.id]);
      assert(Math.abs(Date.now() - Date.parse(event.timestamp)) < 300_000);
      assert(!body.includes("Genuine"), "no text leaves the server");
    },
    async "refuses a changed body, another secret and an old timestamp"() {
      const { body, headers } = deliveries[0];
      const genuine = () => webhook.verify(body, headers);
      genuine();
      assert.throws(() => webhook.verify(body.replace("comment.added", "comment.edited"), headers), /signature/i);
      const other = new Library(`whsec_${Buffer.alloc(32, 7).toString("base64")}`);
      assert.throws(() => other.verify(body, headers), /signature/i);
      const moved = { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) };
      assert.throws(() => webhook.verify(body, moved), /signature/i);
      // The same delivery six minutes later: somebody has recorded it.
      const { now } = Date;
      Date.now = () => now() + 360_000;
      try {
        assert.throws(genuine, /too old/i);
      } finally {
        Date.now = now;
      }
      genuine();
    },
    async "verifies by the new secret and by the former one while both count"() {
      const rotate = "mutation($id: ID!) { rotateWebhookSecret(id: $id) { secret } }";
      const former = webhook;
      ({ secret } = await ask(rotate, { id }));
      webhook = new Library(secret);
      await ask(COMMENT, { text: "With two signatures" });
      const { body, headers } = await arrived(2);
      assert.equal(headers["webhook-signature"].split(" ").length, 2);
      former.verify(body, headers);
    },
    async "is deleted"() {
      await ask("mutation($id: ID!) { deleteWebhook(id: $id) { id } }", { id });
      await new Promise((closed) => listening.close(closed));
    },
  };
}

const named = (name, all) => Object.entries(all).map(([step, act]) => [`${name} ${step}`, act]);
await run(
  "npm",
  Object.fromEntries([...named("standardwebhooks", steps(Webhook)), ...named("svix", steps(SvixWebhook))]),
);
