// A list that doesn't fit into the memory for answers fails below a nullable field.
import { join } from "node:path";
import { command, folder, login, post, start } from "../server.mjs";

const EMAIL = "owner@example.com";
const PASSWORD = "correct-horse-battery-staple";

/** Documents with what they lead to, where the tasks of one customer don't fit. */
const cases = [
  [
    "{ taskById(id: 1) { id customer { id tasks { description } } status } }",
    { taskById: { id: "1", customer: null, status: "ACCEPTED" } },
    ["taskById.customer.tasks"],
  ],
  [
    "{ taskById(id: 1) { id } customerById(id: 1) { tasks { description } } }",
    { taskById: { id: "1" }, customerById: null },
    ["customerById.tasks"],
  ],
  ["{ shop { currency } allCustomers { id tasks { description } } }", null, ["allCustomers.0.tasks"]],
  ["{ shop { currency } allTasks { description } }", null, ["allTasks"]],
];

/** Asks for more tasks than the memory for an answer holds; returns what is wrong. */
export async function budget() {
  const database = join(folder(), "budget.db");
  command(database, ["user", "add", "--owner", EMAIL], `${PASSWORD}\n`);
  const server = await start(database, { "http.answers_mb": 4 });
  const token = await login(server.url, EMAIL, PASSWORD);
  const create = Array.from(
    { length: 15 },
    (_, at) => `t${at}: createTask(taskData: {customerPhone: "+7 900 000-00-01", description: $text}) { task { id } }`,
  );
  const query = `mutation($text: String!) { ${create.join(" ")} }`;
  for (let times = 0; times < 6; times += 1) {
    const { errors, text } = await post(server.url, token, { query, variables: { text: "\u{1f600}".repeat(10_000) } });
    if (errors) throw new Error(text);
  }
  const differences = [];
  for (const [text, data, paths] of cases) {
    const answer = await post(server.url, token, { query: text });
    const found = JSON.stringify({ data: answer.data, paths: answer.errors?.map((error) => error.path?.join(".")) });
    const expected = JSON.stringify({ data, paths });
    if (found !== expected)
      differences.push([
        { number: "a list over the budget", text },
        { class: "a list over the budget", expected, found },
      ]);
  }
  await server.stop();
  return differences;
}
