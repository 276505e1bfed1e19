// What generated operations ask for: the root fields, and arguments that lead to different answers.
import { post } from "../server.mjs";

/** Fields whose answer isn't the same for the same question: keys, tokens, the moment itself. */
const EXCLUDED = {
  Query: ["exportArchive"],
  Mutation: [],
  Subscription: [],
};
/** Mutations that can be repeated as often as one likes, and that make no secret. */
const MUTATIONS = [
  "addComment",
  "updateTask",
  "createTask",
  "assignTask",
  "createCustomer",
  "updateCustomer",
  "askApproval",
  "settleAnswers",
  "updateStage",
  "setMorningList",
  "deleteTask",
];

/** Reads from a server what exists, so that arguments find something about as often as not. */
export async function poolOf(schema, url, token) {
  const query =
    "{ tasks(first: 20) { edges { cursor } nodes { id } } customers(first: 20) { edges { cursor } nodes { id phone name } } employees { id } stages { id } }";
  const { data } = await post(url, token, { query });
  const ids = (list) => list.map((one) => one.id);
  const tasks = [...ids(data.tasks.nodes), "1", "2", "3", "999999"];
  const phones = [...data.customers.nodes.map((one) => one.phone).filter(Boolean), "+7 (900) 000-11-22", "12"];
  const own = (type) => Object.keys(type.getFields()).filter((field) => !EXCLUDED[type.name].includes(field));
  const first = [1, 2, 3, 4, 5, 0, 101, -1];
  return {
    roots: {
      [schema.getQueryType().name]: own(schema.getQueryType()),
      [schema.getMutationType().name]: MUTATIONS,
      [schema.getSubscriptionType().name]: own(schema.getSubscriptionType()),
    },
    /** How often an optional argument stands. */
    often: { first: 0.75, last: 0.15, before: 0.15, filter: 0.5, toCustomer: 0.5, text: 0.8, category: 0.3 },
    /** Fields of input objects that stand often; the others now and then. */
    usual: {
      TaskFilter: ["statuses", "category", "search", "overdue", "employeeId"],
      TaskInput: ["id", "description", "category", "price", "customerPhone", "device", "expectedVersion"],
      CustomerInput: ["name"],
      DeviceInput: ["brand", "model"],
      UpdateStageInput: ["name", "stuckDays"],
      ImportChoicesInput: ["columns", "dateOrder"],
    },
    hints: {
      "Query.customerById.id": [...ids(data.customers.nodes), "999999"],
      "Mutation.assignTask.id": tasks,
      "Mutation.deleteTask.id": [...tasks.slice(-4), "999999"],
      "UpdateStageInput.id": [...ids(data.stages), "999999"],
      "TaskInput.description": ["", "a", "no power", "не включается 😀", "line\nline"],
      "CustomerInput.name": ["", "Anna", 'Анна "A"'],
      "CustomerInput.id": ["1", "999999"],
      "CustomerInput.telegramId": ["4503599627370495", "1"],
      "TaskInput.expectedVersion": [1, 2, 3],
      "Query.customers.after": [...data.customers.edges.slice(0, 4).map((edge) => edge.cursor), "", "nonsense"],
      "Query.tasks.after": [...data.tasks.edges.slice(0, 4).map((edge) => edge.cursor), "", "nonsense"],
      "Query.previewImport.csv": [
        "a,b\n1,2",
        'Phone,Name\n+79000000001,"A ""b"" 😀"',
        "",
        "Телефон;Имя\r\n8 900 000-00-00;x\\y/z\t",
      ],
      "Query.customers.before": [...data.customers.edges.slice(2, 6).map((edge) => edge.cursor), "", "nonsense"],
      "Query.tasks.before": [...data.tasks.edges.slice(2, 6).map((edge) => edge.cursor), "", "nonsense"],
      "Subscription.taskChanged.id": ids(data.tasks.nodes).slice(0, 3),
      "Subscription.customerChanged.id": ids(data.customers.nodes).slice(0, 3),
      dueOn: ["2026-12-01", "2026-12-31", "soon"],
      warrantyEndsOn: ["2027-12-01", "2027-02-30"],
      id: tasks,
      stageId: ids(data.stages),
      employeeId: [...ids(data.employees), "999999"],
      phone: phones,
      customerPhone: phones,
      first,
      last: first,
      month: ["2026-11", "2026-01", "2026-13", "x"],
      price: [0, 1500, 9007199254740992, -1],
      at: ["09:00", "23:59", "25:00"],
      heading: ["a", "Phone", "Имя", "nope"],
      text: ["m", "", '😀 \\ " \n', "текст"],
    },
  };
}
