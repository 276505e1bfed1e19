// Types by graphql-codegen, checked by tsc at its strictest: reads pages, writes, fails, subscribes,
// and uploads a photo. The server and its token are in the environment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { graphql } from "./gql/gql.js";
import type { TaskInput, TypedDocumentString } from "./gql/graphql.js";

const Page = graphql(`
  query Page($first: Int!, $after: String) {
    tasks(first: $first, after: $after) {
      nodes {
        id
        status
        total
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);
const Task = graphql(`
  query Task($id: ID!) {
    me {
      email
    }
    taskById(id: $id) {
      id
      version
      description
      customer {
        name
      }
    }
  }
`);
const Change = graphql(`
  mutation Change($task: TaskInput!) {
    updateTask(taskData: $task) {
      task {
        id
        version
        description
      }
    }
  }
`);
const Create = graphql(`
  mutation Create($task: TaskInput!) {
    createTask(taskData: $task) {
      task {
        id
      }
    }
  }
`);
const Watch = graphql(`
  subscription Watch($id: ID) {
    taskChanged(id: $id) {
      kind
      task {
        description
      }
    }
  }
`);
const Upload = graphql(`
  mutation Upload($id: ID!, $files: [Upload!]!) {
    addAttachments(taskId: $id, files: $files) {
      comment {
        photo {
          state
          width
          height
        }
      }
    }
  }
`);

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} isn't set`);
  return value;
};
const url = `${setting("CLIENT_URL")}/graphql`;
const authorization = `Bearer ${setting("CLIENT_TOKEN")}`;

type Path = (string | number)[];

interface Answer<Result> {
  data?: Result | null;
  errors?: {
    message: string;
    path?: Path;
    extensions?: { code?: string; fields?: { path: Path; message: string }[] };
  }[];
}

async function execute<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Answer<Result>> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      authorization,
      "content-type": "application/json",
      accept: "application/graphql-response+json",
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  return (await response.json()) as Answer<Result>;
}

/** Returns the data of an answer without errors. */
async function data<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const answer = await execute(document, variables);
  if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

const change = (task: TaskInput) => execute(Change, { task });
const codes = (answer: Answer<unknown>) => answer.errors?.map((error) => error.extensions?.code);

async function pages(): Promise<string> {
  const ids: string[] = [];
  let owed = 0;
  let after: string | null = null;
  do {
    const { tasks }: Awaited<ReturnType<typeof page>> = await page(after);
    for (const { id, status, total } of tasks.nodes) {
      ids.push(id);
      // Money is a number, and a status is one of the four.
      owed += status === "CLOSED" ? 0 : total;
    }
    after = tasks.pageInfo.hasNextPage ? (tasks.pageInfo.endCursor ?? null) : null;
    if (after === null) assert.equal(new Set(ids).size, tasks.totalCount);
  } while (after !== null);
  assert.equal(owed, 0);
  return `${ids.length} tasks`;
}
const page = (after: string | null) => data(Page, { first: 7, after });

async function writes(id: string): Promise<void> {
  const { taskById: before } = await data(Task, { id });
  assert(before);
  const description = 'Changed by typed code: "quoted" 😀';
  const answer = await change({ id, description, expectedVersion: before.version });
  assert.deepEqual(answer.data?.updateTask.task, { id, version: before.version + 1, description });
}

async function fails(id: string): Promise<void> {
  const missing = await execute(Task, { id: "999999" });
  assert.deepEqual(codes(missing), ["NOT_FOUND"]);
  // A field that may be missing is nullable in the type, too; the rest of the answer is there.
  assert.equal(missing.data?.taskById?.description, undefined);
  assert(missing.data?.me.email);
  assert.deepEqual(codes(await change({ id, description: "late", expectedVersion: 1 })), ["CONFLICT"]);
  // A form shows a sentence at each field that is wrong.
  const wrong = await execute(Create, { task: { customerPhone: "1", price: -1 } });
  assert.deepEqual(codes(wrong), ["BAD_USER_INPUT"]);
  const fields = wrong.errors?.[0]?.extensions?.fields?.map(({ path, message }) => [path.join("."), message !== ""]);
  assert.deepEqual(fields, [
    ["taskData.customerPhone", true],
    ["taskData.price", true],
  ]);
}

/** Statements that tsc must refuse: an expected error that doesn't come is one. */
export async function refused(): Promise<void> {
  // @ts-expect-error A variable is missing.
  await data(Task, {});
  // @ts-expect-error A status that doesn't exist.
  await change({ status: "LOST" });
  // @ts-expect-error A field that was not asked for.
  (await data(Task, { id: "1" })).taskById?.status;
  // @ts-expect-error The task may be null.
  (await data(Task, { id: "1" })).taskById.id;
}

async function subscribes(id: string): Promise<void> {
  const live = createClient({
    url: url.replace(/^http/, "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: authorization },
  });
  const query = { query: Watch.toString(), variables: { id } };
  const events = live.iterate<ReturnType<NonNullable<(typeof Watch)["__apiType"]>>>(query);
  let heard: string | undefined;
  const first = events.next().then(({ value }) => (heard = value.data.taskChanged.task?.description));
  // The subscription may begin late, so changes go on until one is heard.
  for (let tries = 0; heard === undefined && tries < 20; tries += 1) {
    await change({ id, description: `Heard by typed code ${tries}` });
    await Promise.race([first, new Promise((again) => setTimeout(again, 500))]);
  }
  assert.match(heard ?? "", /^Heard by typed code/);
  await live.dispose();
}

/** Uploads by the GraphQL multipart request specification. */
async function uploads(id: string): Promise<void> {
  const body = new FormData();
  body.set("operations", JSON.stringify({ query: Upload.toString(), variables: { id, files: [null] } }));
  body.set("map", JSON.stringify({ 0: ["variables.files.0"] }));
  body.set("0", new File([readFileSync(setting("CLIENT_PHOTO"))], "phone.png", { type: "image/png" }));
  const response = await fetch(url, { method: "POST", headers: { authorization }, body });
  type Result = ReturnType<NonNullable<(typeof Upload)["__apiType"]>>;
  const answer = (await response.json()) as Answer<Result>;
  assert.deepEqual(answer.data?.addAttachments.comment.photo, { state: "HERE", width: 32, height: 24 });
}

const id = "21";
console.log(`graphql-codegen reads pages: ${await pages()}`);
await writes(id);
console.log("graphql-codegen writes");
await fails(id);
console.log("graphql-codegen fails");
await subscribes(id);
console.log("graphql-codegen subscribes");
await uploads(id);
console.log("graphql-codegen uploads a photo");
