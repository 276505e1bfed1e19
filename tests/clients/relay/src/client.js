// Relay as it comes: a store by `nodeId`, connections in both directions, refetching by
// `node(nodeId:)`, mutations, errors and subscriptions.
import assert from "node:assert/strict";
import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getRequest,
  graphql,
  requestSubscription,
} from "relay-runtime";
import { live, makeEnvironment } from "./environment.js";

const id = "24";
const environment = makeEnvironment();

/** Returns what the store has for a query, without a request. */
function cached(query, variables) {
  const { fragment } = createOperationDescriptor(getRequest(query), variables);
  return environment.lookup(fragment).data;
}

const Forward = graphql`
  query clientForwardQuery($first: Int!, $after: String) {
    tasks(first: $first, after: $after) @connection(key: "forward_tasks") {
      edges {
        node {
          id
          status
        }
      }
      totalCount
    }
  }
`;
const Backward = graphql`
  query clientBackwardQuery($last: Int!, $before: String) {
    tasks(last: $last, before: $before) @connection(key: "backward_tasks") {
      edges {
        node {
          id
        }
      }
    }
  }
`;
const Neighbours = graphql`
  query clientNeighboursQuery($id: ID!) {
    me {
      id
      email
    }
    taskById(id: $id) {
      id
      nodeId
      ...clientTask
      customer {
        id
        nodeId
        name
        phone
      }
    }
  }
`;
const Task = graphql`
  fragment clientTask on Task @refetchable(queryName: "clientTaskRefetchQuery") {
    id
    version
    description
  }
`;
const Refetch = graphql`
  query clientNodeQuery($id: ID!) {
    node(nodeId: $id) {
      nodeId
      __typename
      ... on Task {
        description
        version
      }
      ... on Customer {
        phone
      }
    }
  }
`;
const Caught = graphql`
  query clientCaughtQuery($id: ID!) {
    taskById(id: $id) @catch {
      id
    }
  }
`;
const Change = graphql`
  mutation clientChangeMutation($task: TaskInput!) {
    updateTask(taskData: $task) {
      task {
        id
        version
        description
      }
    }
  }
`;
const Watch = graphql`
  subscription clientWatchSubscription($id: ID) {
    taskChanged(id: $id) {
      kind
      task {
        id
        version
        description
      }
    }
  }
`;

const get = (query, variables) => fetchQuery(environment, query, variables).toPromise();
const change = (task, through = environment) =>
  new Promise((onCompleted, onError) =>
    commitMutation(through, { mutation: Change, variables: { task: { id, ...task } }, onCompleted, onError }),
  );
const codes = (error) => error.source.errors.map((one) => one.extensions.code);
const steps = {
  async "keeps two types with the same id apart"() {
    // The first task and the first customer.
    await get(Neighbours, { id: "1" });
    const { me, taskById: task } = cached(Neighbours, { id: "1" });
    assert.deepEqual([me.id, task.id, task.customer.id], ["1", "1", "1"]);
    assert.notEqual(task.nodeId, task.customer.nodeId);
    const records = environment.getStore().getSource();
    assert.equal(records.get(task.nodeId).__typename, "Task");
    assert.equal(records.get(task.customer.nodeId).__typename, "Customer");
    assert.deepEqual([task.customer.name, task.customer.phone], [null, "+7 900 000-00-00"]);
    assert.deepEqual(Object.values(records.toJSON()).filter((record) => record.id === "1").length, 3);
  },
  async "reads pages forwards"() {
    const first = 7;
    let after = null;
    for (let page = 1; ; page += 1) {
      // The store adds each page to those before.
      const { edges, pageInfo, totalCount } = (await get(Forward, { first, after })).tasks;
      assert.equal(edges.length, Math.min(page * first, totalCount));
      assert.equal(new Set(edges.map((edge) => edge.node.id)).size, edges.length);
      if (!pageInfo.hasNextPage) return `${edges.length} tasks`;
      after = pageInfo.endCursor;
    }
  },
  async "reads pages backwards"() {
    const last = 7;
    let before = null;
    for (;;) {
      const { tasks } = await get(Backward, { last, before });
      if (!tasks.pageInfo.hasPreviousPage) break;
      before = tasks.pageInfo.startCursor;
    }
    const ids = ({ tasks }) => tasks.edges.map((edge) => edge.node.id);
    const backward = ids(cached(Backward, { last, before }));
    assert.deepEqual(backward, ids(cached(Forward, { first: 7, after: null })), "the order is the same");
    return `${backward.length} tasks`;
  },
  async "fetches an object again by its nodeId"() {
    await get(Neighbours, { id });
    const { nodeId } = cached(Neighbours, { id }).taskById;
    const record = () => environment.getStore().getSource().get(nodeId);
    // What a colleague changes, this store learns by reading again.
    await change({ description: "Changed by a colleague" }, makeEnvironment());
    assert.notEqual(record().description, "Changed by a colleague");
    await get(Task.metadata.refetch.operation, { nodeId });
    assert.equal(record().description, "Changed by a colleague");
    const { node } = await get(Refetch, { id: cached(Neighbours, { id }).taskById.customer.nodeId });
    assert.equal(node.__typename, "Customer");
  },
  async "writes, and its store knows"() {
    const read = () => environment.getStore().getSource().get(cached(Neighbours, { id }).taskById.nodeId);
    const { version } = read();
    const description = 'Changed by Relay: "quoted" 😀';
    await change({ description, expectedVersion: version });
    assert.deepEqual([read().description, read().version], [description, version + 1]);
  },
  async fails() {
    const { taskById, me } = await get(Neighbours, { id: "999999" });
    assert.deepEqual([taskById, me.id], [null, "1"]);
    const { node } = await get(Refetch, { id: "bm90aGluZw==" });
    assert.equal(node, null);
    // A component sees the error of a field with @catch.
    const { ok, errors } = (await get(Caught, { id: "999999" })).taskById;
    assert.deepEqual([ok, errors.map((error) => error.extensions.code)], [false, ["NOT_FOUND"]]);
    await assert.rejects(
      change({ description: "late", expectedVersion: 1 }),
      (error) => assert.deepEqual(codes(error), ["CONFLICT"]) ?? true,
    );
  },
  async subscribes() {
    let heard;
    const variables = { id };
    const first = new Promise((onNext, onError) =>
      requestSubscription(environment, { subscription: Watch, variables, onNext, onError }),
    ).then(({ taskChanged }) => (heard = taskChanged.task.description));
    // The subscription may begin late, so changes go on until one is heard.
    for (let tries = 0; heard === undefined && tries < 20; tries += 1) {
      await change({ description: `Heard by Relay ${tries}` });
      await Promise.race([first, new Promise((again) => setTimeout(again, 500))]);
    }
    assert.match(heard ?? "", /^Heard by Relay/);
    await live.dispose();
  },
};

async function main() {
  for (const [step, act] of Object.entries(steps)) {
    const said = await act();
    console.log(`Relay ${step}${said ? `: ${said}` : ""}`);
  }
}
main().then(
  () => process.exit(0),
  (error) => {
    console.log(error);
    process.exit(1);
  },
);
