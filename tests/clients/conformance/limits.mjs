// The limits that generated operations stay within.
import { getNamedType } from "graphql";

/** The limits of this server that generated operations stay within: its own are no rule of the specification. */
const LIMITS = { fields: 120, aliases: 24, roots: 10, depth: 11, cost: 25_000 };
/** The entries that a list, and a page without a size, is taken to have. */
const ENTRIES = 20;
const LONGEST_PAGE = 100;

/** Returns the size of a page. */
function sizeOf(node) {
  const given = (node.arguments ?? []).filter((arg) => ["first", "last"].includes(arg.name.value));
  const sizes = given.map(({ value }) => (value.kind === "IntValue" ? Math.abs(Number(value.value)) : LONGEST_PAGE));
  return sizes.length ? Math.max(ENTRIES, ...sizes) : ENTRIES;
}

/** Returns whether the operations stay within this server's own limits. */
export function fits(document, schema) {
  const fragments = new Map(
    document.definitions.filter((one) => one.kind === "FragmentDefinition").map((one) => [one.name.value, one]),
  );
  const count = { fields: 0, aliases: 0, roots: 0, cost: 0 };
  let steps = 0;
  const walk = (set, type, depth, times, root, inPage) => {
    for (const node of set?.selections ?? []) {
      if ((steps += 1) > 2000 || depth > LIMITS.depth) return false;
      if (node.kind === "Field") {
        const field = type?.getFields?.()[node.name.value];
        count.fields += 1;
        count.cost += times;
        if (node.alias) count.aliases += 1;
        if (root) count.roots += 1;
        const below = field && getNamedType(field.type);
        const isPage = /Connection$/.test(below?.name);
        const entries = isPage ? sizeOf(node) : /\[/.test(String(field?.type)) && !inPage ? ENTRIES : 1;
        if (!walk(node.selectionSet, below, depth + 1, times * entries, false, isPage)) return false;
      } else {
        const fragment = node.kind === "FragmentSpread" ? fragments.get(node.name.value) : node;
        const condition = fragment?.typeCondition && schema.getType(fragment.typeCondition.name.value);
        if (!walk(fragment?.selectionSet, condition ?? type, depth + 0.3, times, root, inPage)) return false;
      }
    }
    return true;
  };
  return document.definitions.every((one) => {
    if (one.kind !== "OperationDefinition") return true;
    Object.keys(count).forEach((key) => (count[key] = 0));
    return (
      walk(one.selectionSet, schema.getRootType(one.operation), 1, 1, true, false) &&
      Object.keys(count).every((key) => count[key] <= LIMITS[key])
    );
  });
}
