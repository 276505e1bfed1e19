// Makes invalid documents: each breaks exactly one rule of the specification, or its grammar.
import { getNamedType, Kind, specifiedRules, TypeInfo, validate, visit, visitWithTypeInfo } from "graphql";
import { argument, define, directive, literal, parsedType, variable } from "./ast.mjs";
import { inputs } from "./inputs.mjs";
import { parsed } from "./oracle.mjs";
import { structure } from "./structure.mjs";

const ways = { ...structure, ...inputs };

/** The places in a document where something can be broken, with the types there. */
function places(document, schema) {
  const found = {
    operations: [],
    fragments: [],
    fields: [],
    sets: [],
    args: [],
    values: [],
    objects: [],
    directives: [],
    variables: [],
  };
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      enter(node) {
        const at = {
          node,
          parent: info.getParentType(),
          type: info.getType(),
          input: info.getInputType(),
          field: info.getFieldDef(),
        };
        if (node.kind === Kind.OPERATION_DEFINITION) found.operations.push(at);
        if (node.kind === Kind.FRAGMENT_DEFINITION) found.fragments.push(at);
        if (node.kind === Kind.FIELD) found.fields.push(at);
        if (node.kind === Kind.SELECTION_SET && at.parent) found.sets.push(at);
        if (node.kind === Kind.ARGUMENT) found.args.push(at);
        if (node.kind === Kind.OBJECT) found.objects.push(at);
        if (node.kind === Kind.DIRECTIVE) found.directives.push(at);
        if (node.kind === Kind.VARIABLE_DEFINITION) found.variables.push(at);
      },
    }),
  );
  return found;
}

export const rules = Object.keys(ways);

/** The specification's rules: those of graphql-js but one, which guards against deep introspection. */
export const specified = specifiedRules.filter((rule) => rule.name !== "MaxIntrospectionDepthRule");

/** Returns the rules of the specification that a document breaks. */
export const broken = (schema, document) =>
  specified.filter((rule) => validate(schema, document, [rule]).length).map((rule) => rule.name);

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
    const place =
      type === "Boolean"
        ? pick(first.selectionSet.selections)
        : pick(found.fields.filter((one) => one.field?.args.some((arg) => getNamedType(arg.type).name === type)));
    if (!place) return false;
    if (type === "Boolean") place.directives = [directive("include", argument("if", variable(label)))];
    else
      place.node.arguments = [
        argument(place.field.args.find((arg) => getNamedType(arg.type).name === type).name, variable(label)),
      ];
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

const PIECES = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ":",
  "$",
  "@",
  "!",
  "...",
  "=",
  "|",
  "&",
  '"',
  '"""',
  "\\",
  "\\u{110000}",
  '"\\uD800"',
  '"\\u12"',
  "01",
  "1.",
  "1e",
  ".5",
  "-",
  "0x1",
  "1a",
  "..",
  "null",
  "true",
  "on",
  "fragment",
  "query",
  "{}",
  "()",
  "\u0000",
  "\u00e9",
  "%",
  "#",
  "'a'",
  "()",
  "[]",
  "query A",
  "fragment on on Query{__typename}",
];

/** Changes a document's text at random until the grammar refuses it. */
export function breakGrammar(source, random) {
  for (;;) {
    const at = random.below(source.length + 1);
    const cut = random.chance(0.5) ? random.below(3) + 1 : 0;
    const text = source.slice(0, at) + (cut && random.chance(0.6) ? "" : random.of(PIECES)) + source.slice(at + cut);
    if (!parsed(text)) return text;
  }
}
