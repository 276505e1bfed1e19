// Ways to break the rules about definitions, fragments, fields and variables.
import { getNamedType, isCompositeType } from "graphql";
import { argument, define, directive, fragmentOn, leaf, name, named, set, spread, truth } from "./ast.mjs";

/** For each rule, ways to break it. A way changes the document, or returns false if it can't. */
export const structure = {
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
      document.definitions.push({
        kind: "OperationDefinition",
        operation: "query",
        short: !!first.node.name,
        selectionSet: set(leaf("__typename")),
      });
    },
  ],
  SingleFieldSubscriptionsRule: [
    (at) =>
      at.root("subscription", (root) =>
        root.selectionSet.selections.push({
          ...leaf("taskChanged"),
          alias: name("second"),
          selectionSet: set(leaf("id")),
        }),
      ),
    (at) =>
      at.root("subscription", (root) =>
        root.selectionSet.selections.push({
          kind: "InlineFragment",
          selectionSet: set({ ...leaf("taskChanged"), alias: name("second"), selectionSet: set(leaf("id")) }),
        }),
      ),
    (at) => at.root("subscription", (root) => (root.selectionSet.selections = [leaf("__typename")])),
  ],
  KnownTypeNamesRule: [
    ({ pick, sets }) =>
      pick(sets).node.selections.push({
        kind: "InlineFragment",
        typeCondition: named("Nope"),
        selectionSet: set(leaf("__typename")),
      }),
    (at) => at.define(define("unknown", "Nope")),
  ],
  FragmentsOnCompositeTypesRule: [
    ({ pick, sets }) =>
      pick(sets).node.selections.push({
        kind: "InlineFragment",
        typeCondition: named("Int"),
        selectionSet: set(leaf("__typename")),
      }),
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
    ({ pick, sets }) =>
      pick(sets).node.selections.push({
        ...leaf("nope"),
        alias: name("id"),
        directives: [directive("include", argument("if", { kind: "BooleanValue", value: "false" }))],
      }),
  ],
  UniqueFragmentNamesRule: [
    ({ document, pick, sets }) => {
      const at = pick(sets.filter((one) => one.parent.getFields));
      at.node.selections.push(spread("Twice"));
      document.definitions.push(
        fragmentOn("Twice", at.parent.name, leaf("__typename")),
        fragmentOn("Twice", at.parent.name, leaf("__typename")),
      );
    },
  ],
  KnownFragmentNamesRule: [({ pick, sets }) => pick(sets).node.selections.push(spread("Nowhere"))],
  NoUnusedFragmentsRule: [
    ({ document }) => document.definitions.push(fragmentOn("Unused", "Task", leaf("id"))),
    ({ document }) =>
      document.definitions.push(fragmentOn("Unused", "Task", spread("Also")), fragmentOn("Also", "Task", leaf("id"))),
  ],
  PossibleFragmentSpreadsRule: [
    ({ pick, sets }) => {
      const at = pick(sets.filter((one) => one.parent.name !== "PageInfo"));
      if (at)
        at.node.selections.push({
          kind: "InlineFragment",
          typeCondition: named("PageInfo"),
          selectionSet: set(leaf("hasNextPage")),
        });
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
      document.definitions.push(
        fragmentOn("Round", at.parent.name, leaf("__typename"), spread("About")),
        fragmentOn("About", at.parent.name, spread("Round")),
      );
    },
  ],
  UniqueVariableNamesRule: [
    (at) =>
      at.use("twice", "Boolean") &&
      at.define(define("twice", "Boolean", { defaultValue: truth })) &&
      at.define(define("twice", "Boolean", { defaultValue: truth })),
  ],
  NoUndefinedVariablesRule: [(at) => at.use("undefined", "Boolean")],
  NoUnusedVariablesRule: [(at) => at.define(define("unused", at.random.of(["Int", "TaskFilter", "Boolean"])))],
};
