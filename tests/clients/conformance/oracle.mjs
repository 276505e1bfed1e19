// The data as graphql-js sees it: every value comes from a second server over a copy of the
// database, by plain queries with one root, no alias, no fragment, no variable and no directive.
import {
  execute,
  getNamedType,
  GraphQLError,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  parse,
} from "graphql";
import { post } from "../server.mjs";

/** How many answers of the plain server are kept. */
const KNOWN = 5000;
/** Types whose objects are found in a list of all of them. */
const LISTS = { User: "employees", Drawer: "drawers" };

export class Oracle {
  constructor(schema, url) {
    this.schema = schema;
    this.url = url;
    this.known = new Map();
    this.effects = 0;
    // Types that the API finds by an id. A graph of them has no end, so each is read apart.
    this.byId = new Map(Object.keys(LISTS).map((type) => [type, null]));
    for (const field of Object.values(schema.getQueryType().getFields())) {
      if (/ById$/.test(field.name)) this.byId.set(getNamedType(field.type).name, field.name);
    }
  }

  /** The token under which the next documents run. */
  as(token) {
    return Object.assign(Object.create(this), { token });
  }

  forget() {
    this.known.clear();
  }

  /** Runs a document by graphql-js. */
  async run(document, variableValues, operationName) {
    const failed = new Map();
    const running = [];
    let busy = 0;
    // Where null reaches the root, graphql-js starts nothing more. What fails therefore waits for the rest, so that each
    // field that may be the reported one is known.
    const rest = async () => {
      do await new Promise(setImmediate);
      while (busy);
    };
    const read = (source, args, info) => {
      const root = ["query", "mutation", "subscription"].find(
        (kind) => this.schema.getRootType(kind) === info.parentType,
      );
      if (root) return this.root(root, info.fieldName, args);
      if (info.parentType.getFields()[info.fieldName].args.length)
        return this.below(info.parentType.name, source.id, info.fieldName, args);
      if (info.fieldName in source) return source[info.fieldName];
      return this.entity(info.parentType.name, source.id).then((whole) => whole[info.fieldName]);
    };
    const resolve = async (source, args, info) => {
      busy += 1;
      let problem;
      try {
        return await read(source, args, info);
      } catch (error) {
        problem = error;
      } finally {
        busy -= 1;
      }
      const path = [];
      for (let at = info.path; at; at = at.prev) path.unshift(at.key);
      failed.set(path.join("."), problem.extensions?.code);
      await rest();
      throw problem;
    };
    const fieldResolver = (source, args, _, info) => {
      running.push(resolve(source, args, info));
      return running.at(-1);
    };
    const result = await execute({
      schema: this.schema,
      document,
      variableValues,
      operationName,
      fieldResolver,
      rootValue: this.rootValue,
    });
    // The answer may be there before all fields are: any that fails may be the one that is reported.
    await Promise.allSettled(running);
    return { ...result, failed };
  }

  root(kind, field, args) {
    if (kind === "subscription") return this.rootValue[field];
    if (kind === "mutation") {
      this.effects += 1;
      this.forget();
    }
    return this.plain(kind, field, args);
  }

  /** Reads an object whole. */
  async entity(type, id) {
    const list = LISTS[type];
    if (!list) return this.plain("query", this.byId.get(type), { id }, true);
    return (await this.plain("query", list, {}, true)).find((one) => one.id === id);
  }

  /** Reads a field with arguments of an object that is found by its id. */
  below(type, id, name, args) {
    const field = this.schema.getType(type).getFields()[name];
    return this.read("query", `${this.byId.get(type)}(id: ${JSON.stringify(id)})`, field, args);
  }

  once(key, read) {
    const full = `${this.token ?? ""} ${key}`;
    const kept = this.known.get(full);
    if (kept) return kept;
    if (this.known.size >= KNOWN) this.known.delete(this.known.keys().next().value);
    const answer = read();
    this.known.set(full, answer);
    return answer;
  }

  /** One root field with everything below it; entities by their id alone, unless they are asked for whole. */
  plain(kind, name, args, whole = false) {
    return this.read(kind, "", this.schema.getRootType(kind).getFields()[name], args, whole);
  }

  /** Reads a field, of the root or of the object that `above` reads. */
  read(kind, above, field, args, whole = false) {
    const written = Object.entries(args)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}: ${literal(value, field.args.find((arg) => arg.name === key).type)}`);
    const asked = `${field.name}${written.length ? `(${written.join(", ")})` : ""} ${this.everything(getNamedType(field.type), whole)}`;
    const query = `${kind} { ${above ? `${above} { ${asked} }` : asked} }`;
    const read = async () => {
      const { data, errors, text } = await post(this.url, this.token, { query });
      if (!errors) return above ? Object.values(data)[0][field.name] : data[field.name];
      const [error] = errors;
      if (!error.path) throw new Error(`the oracle refused ${query}: ${text}`);
      throw new GraphQLError(error.message, { extensions: error.extensions });
    };
    return kind === "query" ? this.once(query, read) : read();
  }

  everything(type, whole = false, above = []) {
    if (!isCompositeType(type)) return "";
    if (this.byId.has(type.name) && !whole) return "{ __typename id }";
    // No payment of these data returns another one.
    if (type.name === "Payment" && above.includes(type.name)) return "{ __typename id }";
    if (above.includes(type.name))
      throw new Error(`${type.name} contains itself: the oracle must know how to read it by id`);
    if (isAbstractType(type)) {
      const parts = this.schema
        .getPossibleTypes(type)
        .map((one) => `... on ${one.name} ${this.everything(one, false, [...above, type.name])}`);
      return `{ __typename ${parts.join(" ")} }`;
    }
    const fields = Object.values(type.getFields()).filter(
      // What has arguments is read with them.
      (field) => !field.args.length,
    );
    return `{ __typename ${fields.map((field) => `${field.name} ${this.everything(getNamedType(field.type), false, [...above, type.name])}`).join(" ")} }`;
  }
}

/** Returns the simplest literal of a coerced value. */
function literal(value, type) {
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (value === null || value === undefined) return "null";
  if (isListType(type)) return `[${value.map((one) => literal(one, type.ofType)).join(", ")}]`;
  if (isInputObjectType(type)) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([key, field]) => `${key}: ${literal(field, type.getFields()[key].type)}`).join(", ")}}`;
  }
  if (isEnumType(type) || typeof value !== "string") return String(value);
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

/** Returns the document of a text, or undefined where the specification's grammar refuses it. */
export function parsed(text) {
  try {
    return parse(text, { allowEmptySelectionSets: false });
  } catch {
    return undefined;
  }
}
