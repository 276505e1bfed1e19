// Makes nodes of documents.
import { parse } from "graphql";

export const name = (value) => ({ kind: "Name", value });
export const leaf = (value) => ({ kind: "Field", name: name(value) });
export const variable = (value) => ({ kind: "Variable", name: name(value) });
export const argument = (label, value) => ({ kind: "Argument", name: name(label), value });
export const directive = (label, ...args) => ({ kind: "Directive", name: name(label), arguments: args });
export const text = (value) => ({ kind: "StringValue", value });
export const int = (value) => ({ kind: "IntValue", value });
export const named = (value) => ({ kind: "NamedType", name: name(value) });
export const set = (...selections) => ({ kind: "SelectionSet", selections });
export const fragmentOn = (label, type, ...selections) => ({
  kind: "FragmentDefinition",
  name: name(label),
  typeCondition: named(type),
  directives: [],
  selectionSet: set(...selections),
});
export const spread = (label) => ({ kind: "FragmentSpread", name: name(label) });
export const define = (label, type, rest = {}) => ({
  kind: "VariableDefinition",
  variable: variable(label),
  type: named(type),
  directives: [],
  ...rest,
});
export const truth = { kind: "BooleanValue", value: "true" };

/** Returns the node of a type as it is written. */
export const parsedType = (written) =>
  parse(`query($a:${written}){a}`, { noLocation: true }).definitions[0].variableDefinitions[0].type;

/** Returns the literal of a value; `{ enum: NAME }` is one of an enum. */
export function literal(value) {
  if (value === null) return { kind: "NullValue" };
  if (Array.isArray(value)) return { kind: "ListValue", values: value.map(literal) };
  if (value?.enum) return { kind: "EnumValue", value: value.enum };
  if (typeof value === "object")
    return {
      kind: "ObjectValue",
      fields: Object.entries(value).map(([key, field]) => ({
        kind: "ObjectField",
        name: name(key),
        value: literal(field),
      })),
    };
  if (typeof value === "number")
    return { kind: Number.isInteger(value) ? "IntValue" : "FloatValue", value: String(value) };
  return typeof value === "boolean" ? { kind: "BooleanValue", value: String(value) } : text(value);
}
