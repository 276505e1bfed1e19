// Generates operations over a schema: valid ones, as far as generating can tell; graphql-js judges.
import {
  GraphQLNonNull,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  parseType,
} from "graphql";
import { fits } from "./limits.mjs";
import { objectField, values } from "./values.mjs";

const name = (value) => ({ kind: "Name", value });
const ALIASES = ["a", "b", "c", "id", "x1", "_", "on", "true", "query", "type"];

/** Returns a document of one or several operations of this kind, its variables and the name to run. */
export function generate(schema, pool, random, kind) {
  for (;;) {
    const made = new Generator(schema, pool, random).request(kind);
    if (fits(made.document, schema)) return made;
  }
}

class Generator {
  constructor(schema, pool, random) {
    Object.assign(this, { schema, pool, random, fragments: [], left: random.of([3, 8, 15, 30, 45]) });
    this.values = values(pool, random);
  }

  request(kind) {
    const { random } = this;
    const count = random.chance(0.1) ? 2 + random.below(2) : 1;
    const operations = [];
    for (let index = 0; index < count; index += 1)
      operations.push(this.operation(index ? random.of(["query", kind]) : kind, count));
    const definitions = random.chance(0.7)
      ? [...operations, ...this.fragments]
      : random.shuffled([...operations, ...this.fragments]);
    const only = operations[0];
    let operationName = count > 1 || random.chance(0.2) ? only.name?.value : undefined;
    if (random.chance(0.02)) operationName = random.of(["", "nope", undefined]);
    const sent = Object.keys(only.sent).length ? { ...only.sent } : random.of([undefined, {}, null]);
    if (sent && random.chance(0.05)) sent.notDeclared = 1;
    return { document: { kind: "Document", definitions }, variables: sent, operationName };
  }

  operation(operation, count) {
    const { random } = this;
    this.variables = [];
    const type = this.schema.getRootType(operation);
    const selections =
      operation === "subscription" ? this.subscription(type) : this.selections(type, 0, operation === "mutation");
    const definitions = this.variables.map((variable) => variable.definition);
    const sent = {};
    for (const variable of this.variables)
      if (variable.sent !== undefined) sent[variable.definition.variable.name.value] = variable.sent;
    const short = operation === "query" && count === 1 && !definitions.length && random.chance(0.5);
    const named = count > 1 || (!short && random.chance(0.5));
    this.made = (this.made ?? 0) + 1;
    return {
      kind: "OperationDefinition",
      operation,
      short,
      name: named ? name(random.of(["Q", "query", "fragment", "on", "_0"]) + (count > 1 ? this.made : "")) : undefined,
      variableDefinitions: definitions,
      directives: [],
      selectionSet: { kind: "SelectionSet", selections },
      sent,
    };
  }

  /** One root field, in fragments or not. */
  subscription(type) {
    const field = this.random.of(Object.values(type.getFields()));
    let selections = [this.field(type, field, 0)];
    while (this.random.chance(0.3)) selections = [this.inline(type, selections)];
    if (this.random.chance(0.3)) selections = [this.spread(this.fragment(type, selections))];
    return selections;
  }

  selections(type, depth, mutates = false) {
    const { random } = this;
    const roots = this.pool.roots[type.name];
    const fields = Object.values(type.getFields()).filter((field) => !roots || roots.includes(field.name));
    const leaves = roots ? [] : fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const made = [];
    const count = 1 + random.below(depth === 0 ? 4 : 5);
    for (let index = 0; index < count; index += 1) {
      const choice = random.below(20);
      if (choice === 0)
        made.push(
          this.decorated({
            kind: "Field",
            name: name("__typename"),
            alias: random.chance(0.3) ? name("t") : undefined,
          }),
        );
      else if (choice === 1 && made.length) made.push(this.again(random.of(made), type, depth));
      else if (choice === 2 && depth < 5) made.push(this.inline(type, this.selections(type, depth + 0.5)));
      else if (choice === 3 && depth < 5) made.push(this.named(type, depth));
      else if (choice === 4 && depth === 0 && !mutates) made.push(this.introspection());
      else if (this.left > 0 && fields.length) {
        const deep = depth < 5 && random.chance(0.6);
        made.push(this.field(type, random.of(deep || !leaves.length ? fields : leaves), Math.floor(depth)));
      }
    }
    if (!made.length) made.push({ kind: "Field", name: name("__typename") });
    return made;
  }

  field(type, field, depth) {
    const { random } = this;
    this.left -= 1;
    const inner = getNamedType(field.type);
    const alias = random.chance(depth ? 0.1 : 0.35) ? random.of(ALIASES) : undefined;
    const args = [];
    for (const arg of random.shuffled(field.args)) {
      const required = isNonNullType(arg.type) && arg.defaultValue === undefined;
      if (required || random.chance(this.pool.often[arg.name] ?? 0.3))
        args.push({
          kind: "Argument",
          name: name(arg.name),
          value: this.value(arg.type, arg.name, `${type.name}.${field.name}`, arg.defaultValue !== undefined),
        });
    }
    const below = isCompositeType(inner) ? this.below(inner, depth + 1) : undefined;
    return this.decorated({
      kind: "Field",
      alias: alias && name(alias),
      name: name(field.name),
      arguments: args,
      selectionSet: below,
    });
  }

  below(type, depth) {
    if (!isAbstractType(type)) return { kind: "SelectionSet", selections: this.selections(type, depth) };
    const possible = this.random.of(this.schema.getPossibleTypes(type));
    return {
      kind: "SelectionSet",
      selections: [
        { kind: "Field", name: name("__typename") },
        this.inline(possible, this.selections(possible, depth)),
      ],
    };
  }

  /** The same response key once more, with the same arguments and other sub-selections. */
  again(node, type, depth) {
    if (node.kind !== "Field") return node;
    const field = type.getFields()[node.name.value];
    const inner = field && getNamedType(field.type);
    const below =
      inner && isObjectType(inner) && this.random.chance(0.7)
        ? this.below(inner, Math.floor(depth) + 1)
        : node.selectionSet;
    return this.decorated({ ...node, directives: [], selectionSet: below });
  }

  inline(type, selections) {
    const typed = this.random.chance(0.6);
    const abstract = typed && isObjectType(type) && type.getInterfaces().length && this.random.chance(0.3);
    const condition = abstract ? this.random.of(type.getInterfaces()).name : type.name;
    if (abstract) selections = [this.inline(type, selections)];
    return this.decorated({
      kind: "InlineFragment",
      typeCondition: typed ? { kind: "NamedType", name: name(condition) } : undefined,
      selectionSet: { kind: "SelectionSet", selections },
    });
  }

  named(type, depth) {
    const known = this.fragments.filter(
      (fragment) => fragment.typeCondition.name.value === type.name && !fragment.variables,
    );
    if (known.length && this.random.chance(0.5)) return this.spread(this.random.of(known));
    return this.spread(this.fragment(type, this.selections(type, depth + 0.5)));
  }

  fragment(type, selections) {
    const label = this.random.of(["F", "fragment", "query", "Part"]) + this.fragments.length;
    const fragment = {
      kind: "FragmentDefinition",
      name: name(label),
      typeCondition: { kind: "NamedType", name: name(type.name) },
      directives: [],
      selectionSet: { kind: "SelectionSet", selections },
    };
    fragment.variables = JSON.stringify(selections).includes('"Variable"');
    this.fragments.push(fragment);
    return fragment;
  }

  spread(fragment) {
    return this.decorated({ kind: "FragmentSpread", name: name(fragment.name.value) });
  }

  introspection() {
    const { random } = this;
    const type = (below) => ({
      kind: "Field",
      name: name("__type"),
      arguments: [
        {
          kind: "Argument",
          name: name("name"),
          value: { kind: "StringValue", value: random.of(["Task", "TaskFilter", "StatusEnum", "String", "Nope"]) },
        },
      ],
      selectionSet: { kind: "SelectionSet", selections: below },
    });
    const leaf = (...names) => names.map((one) => ({ kind: "Field", name: name(one) }));
    const nested = (one, below) => ({
      kind: "Field",
      name: name(one),
      selectionSet: { kind: "SelectionSet", selections: below },
    });
    return random.of([
      () =>
        type([
          ...leaf("kind", "name"),
          nested("fields", [
            ...leaf("name", "isDeprecated"),
            nested("type", [...leaf("name", "kind"), nested("ofType", leaf("name", "kind"))]),
          ]),
        ]),
      () =>
        type([
          ...leaf("name"),
          nested("inputFields", [...leaf("name", "defaultValue"), nested("type", leaf("kind", "name"))]),
          nested("enumValues", leaf("name")),
        ]),
      () =>
        nested("__schema", [
          nested("queryType", leaf("name", "__typename")),
          nested("mutationType", leaf("name")),
          nested("subscriptionType", leaf("name")),
        ]),
    ])();
  }

  /** Adds directives now and then. */
  decorated(node) {
    const { random } = this;
    const directives = [];
    if (random.chance(0.07))
      for (const label of random.chance(0.2) ? ["skip", "include"] : [random.of(["skip", "include"])]) {
        const type = this.schema.getDirective(label).args[0].type;
        const usual = random.chance(0.75) === (label === "include");
        const value = random.chance(0.5)
          ? { kind: "BooleanValue", value: String(usual) }
          : this.variable(type, "if", "", false, usual);
        directives.push({
          kind: "Directive",
          name: name(label),
          arguments: [{ kind: "Argument", name: name("if"), value }],
        });
      }
    return { ...node, directives };
  }

  value(type, argument, owner, hasDefault) {
    const { random } = this;
    if (random.chance(0.3)) return this.variable(type, argument, owner, hasDefault);
    const literal = this.values.literal(this.values.plain(type, argument, owner), type);
    return random.chance(0.4) ? this.nested(literal, type) : literal;
  }

  /** Puts a variable inside of a list or an object. */
  nested(literal, type) {
    const { random } = this;
    const nullable = isNonNullType(type) ? type.ofType : type;
    if (literal.kind === "ListValue" && isListType(nullable) && literal.values.length) {
      literal.values[0] = this.variable(nullable.ofType, "item", "", false);
    } else if (literal.kind === "ObjectValue" && isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) =>
        this.pool.usual[nullable.name]?.includes(field.name),
      );
      const field = fields.length && random.of(fields);
      if (field)
        literal.fields = [
          ...literal.fields.filter((one) => one.name.value !== field.name),
          objectField(field.name, this.variable(field.type, field.name, nullable.name, false)),
        ];
    }
    return literal;
  }

  variable(type, argument, owner, hasDefault, given) {
    const { random } = this;
    const same = this.variables.filter((variable) => variable.position === `${type} ${argument}`);
    if (same.length && random.chance(0.4)) return random.of(same).definition.variable;
    const value = given ?? this.values.plain(type, argument, owner);
    const bare = isNonNullType(type) ? type.ofType : type;
    const required = isNonNullType(type);
    // A nullable variable may stand where a value is required if one of both has a default.
    const shape = random.of(
      required ? ["!", "!", "default", hasDefault ? "" : "!", "!default"] : ["", "", "!", "default", "!default"],
    );
    const declared = shape.startsWith("!") ? `${bare}!` : String(bare);
    const node = { kind: "Variable", name: name(random.of(["v", "query", "type", "_"]) + this.variables.length) };
    const fallback = shape.endsWith("default")
      ? this.values.literal(
          given ??
            this.values.plain(required || shape === "!default" ? new GraphQLNonNull(bare) : bare, argument, owner),
          bare,
        )
      : undefined;
    const omitted = random.chance(fallback || !shape ? 0.35 : 0.03);
    const sent = omitted ? undefined : this.values.sent(value, bare);
    const definition = {
      kind: "VariableDefinition",
      variable: node,
      type: parseType(declared),
      defaultValue: fallback,
      directives: [],
    };
    this.variables.push({ definition, sent, position: `${type} ${argument}` });
    return node;
  }
}
