// Makes invalid documents: each breaks exactly one rule of the specification, or its grammar.
import { getNamedType, isCompositeType, isNonNullType, Kind, parse, specifiedRules, TypeInfo, validate, visit, visitWithTypeInfo } from "graphql";
import { parsed } from "./oracle.mjs";

const name = (value) => ({ kind: "Name", value });
const leaf = (value) => ({ kind: "Field", name: name(value) });
const variable = (value) => ({ kind: "Variable", name: name(value) });
const argument = (label, value) => ({ kind: "Argument", name: name(label), value });
const directive = (label, ...args) => ({ kind: "Directive", name: name(label), arguments: args });
const text = (value) => ({ kind: "StringValue", value });
const int = (value) => ({ kind: "IntValue", value });
const named = (value) => ({ kind: "NamedType", name: name(value) });
const set = (...selections) => ({ kind: "SelectionSet", selections });
const fragmentOn = (label, type, ...selections) => ({ kind: "FragmentDefinition", name: name(label), typeCondition: named(type), directives: [], selectionSet: set(...selections) });
const spread = (label) => ({ kind: "FragmentSpread", name: name(label) });
const define = (label, type, rest = {}) => ({ kind: "VariableDefinition", variable: variable(label), type: named(type), directives: [], ...rest });
const truth = { kind: "BooleanValue", value: "true" };

/** The places in a document where something can be broken, with the types there. */
function places(document, schema) {
  const found = { operations: [], fragments: [], fields: [], sets: [], args: [], values: [], objects: [], directives: [], variables: [] };
  const info = new TypeInfo(schema);
  visit(document, visitWithTypeInfo(info, {
    enter(node) {
      const at = { node, parent: info.getParentType(), type: info.getType(), input: info.getInputType(), field: info.getFieldDef() };
      if (node.kind === Kind.OPERATION_DEFINITION) found.operations.push(at);
      if (node.kind === Kind.FRAGMENT_DEFINITION) found.fragments.push(at);
      if (node.kind === Kind.FIELD) found.fields.push(at);
      if (node.kind === Kind.SELECTION_SET && at.parent) found.sets.push(at);
      if (node.kind === Kind.ARGUMENT) found.args.push(at);
      if (node.kind === Kind.OBJECT) found.objects.push(at);
      if (node.kind === Kind.DIRECTIVE) found.directives.push(at);
      if (node.kind === Kind.VARIABLE_DEFINITION) found.variables.push(at);
    },
  }));
  return found;
}

/** For each rule, ways to break it. A way changes the document, or returns false if it can't. */
const ways = {
  ExecutableDefinitionsRule: [({ document }) => document.definitions.push({ kind: "TypeDefinition", name: name("T") })],
  UniqueOperationNamesRule: [
    ({ document, operations: [first] }) => {
      if (first.node.operation === "subscription") return false;
      Object.assign(first.node, { short: false, name: first.node.name ?? name("Q") });
      document.definitions.push({ ...first.node });
    },
  ],
  LoneAnonymousOperationRule: [
    ({ document, operations: [first] }) => {
      document.definitions.push({ kind: "OperationDefinition", operation: "query", short: !!first.node.name, selectionSet: set(leaf("__typename")) });
    },
  ],
  SingleFieldSubscriptionsRule: [
    (at) => at.root("subscription", (root) => root.selectionSet.selections.push({ ...leaf("taskChanged"), alias: name("second"), selectionSet: set(leaf("id")) })),
    (at) => at.root("subscription", (root) => root.selectionSet.selections.push({ kind: "InlineFragment", selectionSet: set({ ...leaf("taskChanged"), alias: name("second"), selectionSet: set(leaf("id")) }) })),
    (at) => at.root("subscription", (root) => (root.selectionSet.selections = [leaf("__typename")])),
  ],
  KnownTypeNamesRule: [
    ({ pick, sets }) => pick(sets).node.selections.push({ kind: "InlineFragment", typeCondition: named("Nope"), selectionSet: set(leaf("__typename")) }),
    (at) => at.define(define("unknown", "Nope")),
  ],
  FragmentsOnCompositeTypesRule: [
    ({ pick, sets }) => pick(sets).node.selections.push({ kind: "InlineFragment", typeCondition: named("Int"), selectionSet: set(leaf("__typename")) }),
    ({ pick, sets, document }) => {
      pick(sets).node.selections.push(spread("OnInput"));
      document.definitions.push(fragmentOn("OnInput", "TaskFilter", leaf("__typename")));
    },
  ],
  VariablesAreInputTypesRule: [(at) => at.define(define("object", "Task"))],
  ScalarLeafsRule: [
    ({ pick, fields }) => {
      const at = pick(fields.filter((one) => one.type && !isCompositeType(getNamedType(one.type))));
      if (at) at.node.selectionSet = set(leaf("__typename"));
      return !!at;
    },
    ({ pick, fields }) => {
      const at = pick(fields.filter((one) => one.node.selectionSet));
      if (at) at.node.selectionSet = undefined;
      return !!at;
    },
  ],
  FieldsOnCorrectTypeRule: [
    ({ pick, sets }) => pick(sets).node.selections.push(leaf("nope")),
    ({ pick, sets }) => pick(sets).node.selections.push({ ...leaf("nope"), alias: name("id") , directives: [directive("include", argument("if", { kind: "BooleanValue", value: "false" }))] }),
  ],
  UniqueFragmentNamesRule: [
    ({ document, pick, sets }) => {
      const at = pick(sets.filter((one) => one.parent.getFields));
      at.node.selections.push(spread("Twice"));
      document.definitions.push(fragmentOn("Twice", at.parent.name, leaf("__typename")), fragmentOn("Twice", at.parent.name, leaf("__typename")));
    },
  ],
  KnownFragmentNamesRule: [({ pick, sets }) => pick(sets).node.selections.push(spread("Nowhere"))],
  NoUnusedFragmentsRule: [
    ({ document }) => document.definitions.push(fragmentOn("Unused", "Task", leaf("id"))),
    ({ document }) => document.definitions.push(fragmentOn("Unused", "Task", spread("Also")), fragmentOn("Also", "Task", leaf("id"))),
  ],
  PossibleFragmentSpreadsRule: [
    ({ pick, sets }) => {
      const at = pick(sets.filter((one) => one.parent.name !== "PageInfo"));
      if (at) at.node.selections.push({ kind: "InlineFragment", typeCondition: named("PageInfo"), selectionSet: set(leaf("hasNextPage")) });
      return !!at;
    },
    ({ pick, sets, document }) => {
      const at = pick(sets.filter((one) => one.parent.name !== "PageInfo"));
      if (!at) return false;
      at.node.selections.push(spread("Page"));
      document.definitions.push(fragmentOn("Page", "PageInfo", leaf("hasNextPage")));
    },
  ],
  NoFragmentCyclesRule: [
    ({ pick, sets, document }) => {
      const at = pick(sets);
      at.node.selections.push(spread("Round"));
      document.definitions.push(fragmentOn("Round", at.parent.name, leaf("__typename"), spread("Round")));
    },
    ({ pick, sets, document }) => {
      const at = pick(sets);
      at.node.selections.push(spread("Round"));
      document.definitions.push(fragmentOn("Round", at.parent.name, leaf("__typename"), spread("About")), fragmentOn("About", at.parent.name, spread("Round")));
    },
  ],
  UniqueVariableNamesRule: [(at) => at.use("twice", "Boolean") && at.define(define("twice", "Boolean", { defaultValue: truth })) && at.define(define("twice", "Boolean", { defaultValue: truth }))],
  NoUndefinedVariablesRule: [(at) => at.use("undefined", "Boolean")],
  NoUnusedVariablesRule: [(at) => at.define(define("unused", at.random.of(["Int", "TaskFilter", "Boolean"])))],
  KnownDirectivesRule: [
    ({ pick, fields }) => (pick(fields).node.directives ??= []).push(directive("nope")),
    ({ pick, fields }) => (pick(fields).node.directives ??= []).push(directive("deprecated")),
    ({ operations: [first] }) => first.node.short ? false : (first.node.directives ??= []).push(directive("skip", argument("if", { kind: "BooleanValue", value: "false" }))),
    ({ pick, variables }) => variables.length ? (pick(variables).node.directives ??= []).push(directive("nope")) : false,
    ({ pick, fragments }) => fragments.length ? (pick(fragments).node.directives ??= []).push(directive("include", argument("if", truth))) : false,
    ({ pick, sets }) => pick(sets).node.selections.push({ ...leaf("__typename"), directives: [directive("nope")] }),
  ],
  UniqueDirectivesPerLocationRule: [({ pick, fields }) => (pick(fields).node.directives = [directive("include", argument("if", truth)), directive("include", argument("if", truth))])],
  KnownArgumentNamesRule: [
    ({ pick, fields }) => (pick(fields).node.arguments ??= []).push(argument("nope", int("1"))),
    ({ pick, fields }) => (pick(fields).node.directives = [directive("skip", argument("if", { kind: "BooleanValue", value: "false" }), argument("unless", truth))]),
    ({ pick, sets }) => pick(sets).node.selections.push({ ...leaf("__typename"), arguments: [argument("nope", int("1"))] }),
  ],
  UniqueArgumentNamesRule: [
    ({ pick, fields }) => {
      const at = pick(fields.filter((one) => one.node.arguments?.length));
      if (at) at.node.arguments.push({ ...at.node.arguments[0] });
      return !!at;
    },
  ],
  ValuesOfCorrectTypeRule: [
    ...["wrong", 1.5, 2147483648, true].map((value) => (at) => at.replace((type) => getNamedType(type).name === "Int", value)),
    ...["x", 1, [true]].map((value) => (at) => at.replace((type) => getNamedType(type).name === "Boolean", value)),
    ...[1, true, [1], { a: 1 }].map((value) => (at) => at.replace((type) => getNamedType(type).name === "String", value)),
    ...[1.5, true, { a: 1 }].map((value) => (at) => at.replace((type) => getNamedType(type).name === "ID", value)),
    ...["READY", 1, { enum: "NOPE" }].map((value) => (at) => at.replace((type) => getNamedType(type).name.endsWith("Enum"), value)),
    ...[1, "x", { nope: 1 }, { enum: "READY" }].map((value) => (at) => at.replace((type) => getNamedType(type).getFields, value)),
    (at) => at.replace((type) => isNonNullType(type), null),
    ({ pick, objects }) => objects.length ? pick(objects).node.fields.push({ kind: "ObjectField", name: name("nope"), value: int("1") }) : false,
    ({ pick, objects }) => {
      const at = pick(objects.filter((one) => one.node.fields.some((field) => field.name.value === "phone")));
      if (at) at.node.fields = at.node.fields.filter((field) => field.name.value !== "phone");
      return !!at;
    },
    (at) => at.define(define("wrong", "Int", { defaultValue: text("x") })) && at.use("wrong", "Int"),
  ],
  ProvidedRequiredArgumentsRule: [
    ({ pick, fields }) => {
      const at = pick(fields.filter((one) => one.node.arguments?.some((arg) => isNonNullType(one.field?.args.find((known) => known.name === arg.name.value)?.type))));
      if (at) at.node.arguments = [];
      return !!at;
    },
    ({ pick, fields }) => (pick(fields).node.directives = [directive("skip")]),
    ({ pick, sets }) => pick(sets).node.selections.push({ ...leaf("__typename"), directives: [directive("include")] }),
  ],
  VariablesInAllowedPositionRule: [
    (at) => at.variableFor((type) => (isNonNullType(type) ? String(type).slice(0, -1) : `[${type}]`)),
    (at) => at.variableFor((type) => (String(type).includes("Int") ? "String" : "Int")),
    (at) => at.variableFor((type) => (String(type).startsWith("[") ? `[${getNamedType(type).name === "String" ? "Int" : "String"}!]!` : "[ID!]!")),
    (at) => at.define(define("wide", "Boolean")) && at.use("wide", "Boolean"),
  ],
  OverlappingFieldsCanBeMergedRule: [
    ({ pick, fields, sets }) => {
      const at = pick(sets.filter((one) => one.node.selections.some((field) => field.kind === "Field" && !field.alias && field.name.value !== "__typename")));
      if (!at) return false;
      const first = at.node.selections.find((field) => field.kind === "Field" && !field.alias && field.name.value !== "__typename");
      at.node.selections.push({ ...leaf("__typename"), alias: name(first.name.value) });
    },
    ({ pick, sets }) => {
      const at = pick(sets.filter((one) => one.node.selections.some((field) => field.arguments?.length)));
      if (!at) return false;
      const first = at.node.selections.find((field) => field.arguments?.length);
      at.node.selections.push({ ...first, directives: [], arguments: first.arguments.map((arg) => ({ ...arg, value: arg.value.kind === "IntValue" ? int("4") : arg.value.kind === "StringValue" ? text("other") : { kind: "NullValue" } })) });
    },
    // Deep: the same object twice, and one key below that means two fields.
    ({ pick, sets }) => {
      const at = pick(sets.filter((one) => one.node.selections.some((field) => field.kind === "Field" && field.selectionSet)));
      if (!at) return false;
      const first = at.node.selections.find((field) => field.kind === "Field" && field.selectionSet);
      at.node.selections.push({ ...first, directives: [], selectionSet: set({ ...leaf("__typename"), alias: name("deep") }) });
      first.selectionSet.selections.push({ ...leaf("id"), alias: name("deep") });
    },
  ],
  UniqueInputFieldNamesRule: [
    ({ pick, objects }) => {
      const at = pick(objects.filter((one) => one.node.fields.length));
      if (at) at.node.fields.push({ ...at.node.fields[0] });
      return !!at;
    },
  ],
};

export const rules = Object.keys(ways);

/** The specification's rules: those of graphql-js but one, which guards against deep introspection. */
export const specified = specifiedRules.filter((rule) => rule.name !== "MaxIntrospectionDepthRule");

/** Returns the rules of the specification that a document breaks. */
export const broken = (schema, document) => specified.filter((rule) => validate(schema, document, [rule]).length).map((rule) => rule.name);

/** Changes the document so that it breaks this rule, perhaps others too; false if it can't. */
export function breakRule(document, schema, random, rule) {
  const found = places(document, schema);
  const pick = (list) => (list.length ? random.of(list) : undefined);
  const at = { ...found, document, random, pick };
  const first = found.operations[0].node;
  at.root = (kind, change) => (first.operation === kind ? change(first) : false);
  at.define = (definition) => {
    first.short = false;
    return (first.variableDefinitions ??= []).push(definition);
  };
  at.use = (label, type) => {
    const place = type === "Boolean" ? pick(first.selectionSet.selections) : pick(found.fields.filter((one) => one.field?.args.some((arg) => getNamedType(arg.type).name === type)));
    if (!place) return false;
    if (type === "Boolean") place.directives = [directive("include", argument("if", variable(label)))];
    else place.node.arguments = [argument(place.field.args.find((arg) => getNamedType(arg.type).name === type).name, variable(label))];
    return true;
  };
  at.replace = (suits, value) => {
    const arg = pick(found.args.filter((one) => one.input && suits(one.input)));
    if (arg) arg.node.value = literal(value);
    return !!arg;
  };
  at.variableFor = (shape) => {
    const arg = pick(found.args.filter((one) => one.input));
    if (!arg) return false;
    arg.node.value = variable("misplaced");
    return at.define({ ...define("misplaced", ""), type: parsedType(shape(arg.input)) });
  };
  return random.of(ways[rule])(at) !== false;
}

const parsedType = (written) => parse(`query($a:${written}){a}`, { noLocation: true }).definitions[0].variableDefinitions[0].type;

function literal(value) {
  if (value === null) return { kind: "NullValue" };
  if (Array.isArray(value)) return { kind: "ListValue", values: value.map(literal) };
  if (value?.enum) return { kind: "EnumValue", value: value.enum };
  if (typeof value === "object") return { kind: "ObjectValue", fields: Object.entries(value).map(([key, field]) => ({ kind: "ObjectField", name: name(key), value: literal(field) })) };
  if (typeof value === "number") return { kind: Number.isInteger(value) ? "IntValue" : "FloatValue", value: String(value) };
  return typeof value === "boolean" ? { kind: "BooleanValue", value: String(value) } : text(value);
}

const PIECES = ["{", "}", "(", ")", "[", "]", ":", "$", "@", "!", "...", "=", "|", "&", '"', '"""', "\\", "\\u{110000}", '"\\uD800"', '"\\u12"', "01", "1.", "1e", ".5", "-", "0x1", "1a", "..", "null", "true", "on", "fragment", "query", "{}", "()", "\u0000", "\u00e9", "%", "#", "'a'", "()", "[]", "query A", "fragment on on Query{__typename}"];

/** Changes a document's text at random until the grammar refuses it. */
export function breakGrammar(source, random) {
  for (;;) {
    const at = random.below(source.length + 1);
    const cut = random.chance(0.5) ? random.below(3) + 1 : 0;
    const text = source.slice(0, at) + (cut && random.chance(0.6) ? "" : random.of(PIECES)) + source.slice(at + cut);
    if (!parsed(text)) return text;
  }
}
