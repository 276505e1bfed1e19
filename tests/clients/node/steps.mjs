// What each client does, and where: the server and its token are in the environment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import WebSocket from "ws";

export const url = `${process.env.CLIENT_URL}/graphql`;
export const socketUrl = url.replace(/^http/, "ws");
export const authorization = `Bearer ${process.env.CLIENT_TOKEN}`;
export const webSocketImpl = WebSocket;

/** The options of each request so far. */
export const sent = [];
const { fetch } = globalThis;
globalThis.fetch = (target, options) => {
  sent.push(options);
  return fetch(target, options);
};

export const PAGE = /* GraphQL */ `
  query Page($first: Int!, $after: String) {
    tasks(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          status
          description
          version
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`;
export const TASK = /* GraphQL */ `
  query Task($id: ID!) {
    me {
      id
      email
    }
    taskById(id: $id) {
      id
      version
      description
      customer {
        id
        name
      }
    }
  }
`;
export const CHANGE = /* GraphQL */ `
  mutation Change($task: TaskInput!) {
    updateTask(taskData: $task) {
      task {
        id
        version
        description
      }
    }
  }
`;
export const WATCH = /* GraphQL */ `
  subscription Watch($id: ID) {
    taskChanged(id: $id) {
      kind
      id
      task {
        id
        version
        description
      }
    }
  }
`;

/** A picture of 32 by 24 pixels. */
export const photo = readFileSync(process.env.CLIENT_PHOTO);
export const UPLOAD = /* GraphQL */ `
  mutation Upload($id: ID!, $files: [Upload!]!) {
    addAttachments(taskId: $id, files: $files) {
      comment {
        id
        photo {
          id
          state
          url
          width
          height
        }
      }
      task {
        id
        version
      }
    }
  }
`;

/** Reads a stored picture with the token, and not without it. */
export async function readPhoto({ state, url: path, width, height }) {
  assert.deepEqual([state, width, height], ["HERE", 32, 24]);
  const target = new URL(path, process.env.CLIENT_URL);
  const answer = await fetch(target, { headers: { authorization } });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type"), /^image\//);
  const size = (await answer.arrayBuffer()).byteLength;
  assert(size > 50);
  assert.notEqual((await fetch(target, { redirect: "manual" })).status, 200);
  return `${size} bytes`;
}

/** Follows the cursors to the end; `read` returns the connection of one page. */
export async function pages(read) {
  const ids = [];
  for (let after = undefined; ;) {
    const { edges, pageInfo, totalCount } = await read({ first: 7, after });
    ids.push(...edges.map((edge) => edge.node.id));
    if (!pageInfo.hasNextPage) {
      assert.equal(ids.length, totalCount);
      break;
    }
    assert.equal(edges.length, 7);
    assert.equal(pageInfo.endCursor, edges.at(-1).cursor);
    after = pageInfo.endCursor;
  }
  assert.equal(new Set(ids).size, ids.length);
  return `${ids.length} tasks`;
}

/** Resolves with the first event, and makes changes until it comes: a subscription may begin late. */
export async function heard(event, change) {
  let came = false;
  const first = event.finally(() => (came = true));
  for (let tries = 0; !came && tries < 20; tries += 1) {
    await change(tries);
    await Promise.race([first, new Promise((again) => setTimeout(again, 500))]);
  }
  assert(came, "no event came");
  return first;
}

/** Runs the steps of one client, and prints each; fails if one has failed. */
export async function run(name, steps) {
  let failed = 0;
  for (const [step, act] of Object.entries(steps)) {
    try {
      const said = await act();
      console.log(`${name} ${step}${said ? `: ${said}` : ""}`);
    } catch (error) {
      failed += 1;
      console.log(`${name} ${step}: FAILED: ${error.stack ?? `${error.code} ${error.reason}`}`);
    }
  }
  process.exit(failed ? 1 : 0);
}
