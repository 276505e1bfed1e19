// The forms of this server's own scalars, which a schema that is read by introspection doesn't know.
import { GraphQLError } from "graphql";

/** For each scalar the kinds of literals that it has, and a check of what a variable brings. */
const FORMS = {
  Money: [["IntValue", "FloatValue", "StringValue"], ["number", "string"]],
  Decimal: [["IntValue", "FloatValue", "StringValue"], ["number", "string"]],
  Date: [["StringValue"], ["string"]],
  DateTime: [["StringValue"], ["string"]],
  Upload: [["StringValue"], ["string"]],
};
const VALUES = { IntValue: Number, FloatValue: Number, StringValue: String };

/** Teaches a schema the forms of its scalars. */
export function teach(schema) {
  for (const [name, [kinds, types]] of Object.entries(FORMS)) {
    const refuse = (value) => {
      throw new GraphQLError(`a ${name} isn't ${value}`);
    };
    Object.assign(schema.getType(name), {
      coerceInputValue: (value) => (types.includes(typeof value) ? value : refuse(JSON.stringify(value))),
      coerceInputLiteral: (node) => (kinds.includes(node.kind) ? VALUES[node.kind](node.value) : refuse(node.kind)),
    });
  }
  return schema;
}
