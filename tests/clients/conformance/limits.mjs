// The limits that generated operations stay within.
import { getNamedType } from "graphql";

/** The limits of this server that generated operations stay within: its own are no rule of the specification. */
const LIMITS = { fields: 120, aliases: 24, roots: 10, depth: 11, cost: 2500 };

/** Returns whether the operations stay within this server's own limits. */
export function fits(document, schema) {
  const fragments = new Map(
    document.definitions.filter((one) => one.kind === "FragmentDefinition").map((one) => [one.name.value, one]),
  );
  const count = { fields: 0, aliases: 0, roots: 0, cost: 0 };
  let steps = 0;
  const walk = (set, type, depth, times, root) => {
    for (const node of set?.selections ?? []) {
      if ((steps += 1) > 2000 || depth > LIMITS.depth) return false;
      if (node.kind === "Field") {
        const field = type?.getFields?.()[node.name.value];
        count.fields += 1;
        count.cost += times;
        if (node.alias) count.aliases += 1;
        if (root) count.roots += 1;
        const size = node.arguments?.find((arg) => ["first", "last"].includes(arg.name.value))?.value;
        const many = field && /\[/.test(String(field.type)) ? 10 : 1;
        const page = size ? Math.min(100, Math.max(10, Number(size.value) || 100)) / 5 : 2;
        if (
          !walk(
            node.selectionSet,
            field && getNamedType(field.type),
            depth + 1,
            times * many * (/Connection/.test(String(field?.type)) ? page : 1),
            false,
          )
        )
          return false;
      } else {
        const fragment = node.kind === "FragmentSpread" ? fragments.get(node.name.value) : node;
        const condition = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value);
        if (!walk(fragment?.selectionSet, condition ?? type, depth + 0.3, times, root)) return false;
      }
    }
    return true;
  };
  return document.definitions.every((one) => {
    if (one.kind !== "OperationDefinition") return true;
    Object.keys(count).forEach((key) => (count[key] = 0));
    return (
      walk(one.selectionSet, schema.getRootType(one.operation), 1, 1, true) &&
      Object.keys(count).every((key) => count[key] <= LIMITS[key])
    );
  });
}
