// Ways to break the rules about directives, arguments, values and overlapping fields.
import { getNamedType, isNonNullType } from "graphql";
import { argument, define, directive, int, leaf, name, set, text, truth } from "./ast.mjs";

/** For each rule, ways to break it, as in structure.mjs. */
export const inputs = {
  KnownDirectivesRule: [
    ({ pick, fields }) => (pick(fields).node.directives ??= []).push(directive("nope")),
    ({ pick, fields }) => (pick(fields).node.directives ??= []).push(directive("deprecated")),
    ({ operations: [first] }) =>
      first.node.short
        ? false
        : (first.node.directives ??= []).push(
            directive("skip", argument("if", { kind: "BooleanValue", value: "false" })),
          ),
    ({ pick, variables }) =>
      variables.length ? (pick(variables).node.directives ??= []).push(directive("nope")) : false,
    ({ pick, fragments }) =>
      fragments.length
        ? (pick(fragments).node.directives ??= []).push(directive("include", argument("if", truth)))
        : false,
    ({ pick, sets }) => pick(sets).node.selections.push({ ...leaf("__typename"), directives: [directive("nope")] }),
  ],
  UniqueDirectivesPerLocationRule: [
    ({ pick, fields }) =>
      (pick(fields).node.directives = [
        directive("include", argument("if", truth)),
        directive("include", argument("if", truth)),
      ]),
  ],
  KnownArgumentNamesRule: [
    ({ pick, fields }) => (pick(fields).node.arguments ??= []).push(argument("nope", int("1"))),
    ({ pick, fields }) =>
      (pick(fields).node.directives = [
        directive("skip", argument("if", { kind: "BooleanValue", value: "false" }), argument("unless", truth)),
      ]),
    ({ pick, sets }) =>
      pick(sets).node.selections.push({ ...leaf("__typename"), arguments: [argument("nope", int("1"))] }),
  ],
  UniqueArgumentNamesRule: [
    ({ pick, fields }) => {
      const at = pick(fields.filter((one) => one.node.arguments?.length));
      if (at) at.node.arguments.push({ ...at.node.arguments[0] });
      return !!at;
    },
  ],
  ValuesOfCorrectTypeRule: [
    ...["wrong", 1.5, 2147483648, true].map(
      (value) => (at) => at.replace((type) => getNamedType(type).name === "Int", value),
    ),
    ...["x", 1, [true]].map((value) => (at) => at.replace((type) => getNamedType(type).name === "Boolean", value)),
    ...[1, true, [1], { a: 1 }].map(
      (value) => (at) => at.replace((type) => getNamedType(type).name === "String", value),
    ),
    ...[1.5, true, { a: 1 }].map((value) => (at) => at.replace((type) => getNamedType(type).name === "ID", value)),
    ...[true, [1], { a: 1 }, { enum: "NOPE" }].map(
      (value) => (at) =>
        at.replace((type) => ["Money", "Decimal", "Date", "DateTime"].includes(getNamedType(type).name), value),
    ),
    ...["READY", 1, { enum: "NOPE" }].map(
      (value) => (at) => at.replace((type) => getNamedType(type).name.endsWith("Enum"), value),
    ),
    ...[1, "x", { nope: 1 }, { enum: "READY" }].map(
      (value) => (at) => at.replace((type) => getNamedType(type).getFields, value),
    ),
    (at) => at.replace((type) => isNonNullType(type), null),
    ({ pick, objects }) =>
      objects.length
        ? pick(objects).node.fields.push({ kind: "ObjectField", name: name("nope"), value: int("1") })
        : false,
    ({ pick, objects }) => {
      const at = pick(objects.filter((one) => one.node.fields.some((field) => field.name.value === "phone")));
      if (at) at.node.fields = at.node.fields.filter((field) => field.name.value !== "phone");
      return !!at;
    },
    (at) => at.define(define("wrong", "Int", { defaultValue: text("x") })) && at.use("wrong", "Int"),
  ],
  ProvidedRequiredArgumentsRule: [
    ({ pick, fields }) => {
      const at = pick(
        fields.filter((one) =>
          one.node.arguments?.some((arg) =>
            isNonNullType(one.field?.args.find((known) => known.name === arg.name.value)?.type),
          ),
        ),
      );
      if (at) at.node.arguments = [];
      return !!at;
    },
    ({ pick, fields }) => (pick(fields).node.directives = [directive("skip")]),
    ({ pick, sets }) => pick(sets).node.selections.push({ ...leaf("__typename"), directives: [directive("include")] }),
  ],
  VariablesInAllowedPositionRule: [
    (at) => at.variableFor((type) => (isNonNullType(type) ? String(type).slice(0, -1) : `[${type}]`)),
    (at) => at.variableFor((type) => (String(type).includes("Int") ? "String" : "Int")),
    (at) =>
      at.variableFor((type) =>
        String(type).startsWith("[") ? `[${getNamedType(type).name === "String" ? "Int" : "String"}!]!` : "[ID!]!",
      ),
    (at) => at.define(define("wide", "Boolean")) && at.use("wide", "Boolean"),
  ],
  OverlappingFieldsCanBeMergedRule: [
    ({ pick, sets }) => {
      const at = pick(
        sets.filter((one) =>
          one.node.selections.some(
            (field) => field.kind === "Field" && !field.alias && field.name.value !== "__typename",
          ),
        ),
      );
      if (!at) return false;
      const first = at.node.selections.find(
        (field) => field.kind === "Field" && !field.alias && field.name.value !== "__typename",
      );
      at.node.selections.push({ ...leaf("__typename"), alias: name(first.name.value) });
    },
    ({ pick, sets }) => {
      const at = pick(sets.filter((one) => one.node.selections.some((field) => field.arguments?.length)));
      if (!at) return false;
      const first = at.node.selections.find((field) => field.arguments?.length);
      at.node.selections.push({
        ...first,
        directives: [],
        arguments: first.arguments.map((arg) => ({
          ...arg,
          value:
            arg.value.kind === "IntValue"
              ? int("4")
              : arg.value.kind === "StringValue"
                ? text("other")
                : { kind: "NullValue" },
        })),
      });
    },
    // Deep: the same object twice, and one key below that means two fields.
    ({ pick, sets }) => {
      const at = pick(
        sets.filter((one) => one.node.selections.some((field) => field.kind === "Field" && field.selectionSet)),
      );
      if (!at) return false;
      const first = at.node.selections.find((field) => field.kind === "Field" && field.selectionSet);
      at.node.selections.push({
        ...first,
        directives: [],
        selectionSet: set({ ...leaf("__typename"), alias: name("deep") }),
      });
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
