// Argument values: a finite pool by the argument's name, wide enough to meet each branch of a
// resolver, in every form that a literal and a variable can have.
import { isEnumType, isInputObjectType, isListType, isNonNullType, getNullableType } from "graphql";

const TEXTS = [
  "",
  "a",
  "iPhone",
  "ТЕЛЕФОН",
  'a "quoted" text',
  "back\\slash / slash",
  "two\nlines\r\nthree\r",
  "😀 \u{10ffff} e\u0301",
  "((((((((",
  '"""',
  "tab\tend ",
  "\u0001\u001f\u007f\u2028",
  "  leading\n    indented\n  same",
];
const DAYS = ["2026-11-01", "2025-01-01", "2026-13-01", "yesterday"];
const INTS = [1, 2, 3, 5, 0, -1, 101, 2147483647, -2147483648];

/** Variable values that JSON can write in several ways: the text that is sent. */
export class Written {
  constructor(text) {
    this.text = text;
  }
}

/** Returns the text of a request's JSON. */
export function write(value) {
  if (value instanceof Written) return value.text;
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${pairs.map(([key, field]) => `${JSON.stringify(key)}:${write(field)}`).join(",")}}`;
}

/** Returns the body of a request. */
export const sent = (request) =>
  write({ query: request.text, variables: request.variables, operationName: request.operationName });

/** Returns the value as a JSON reader sees it. */
export const read = (value) => (value === undefined ? undefined : JSON.parse(write(value)));

/** Makes values for the arguments of one schema. */
export function values(pool, random) {
  /** Returns a plain value of this type for the argument or input field of this name. */
  function plain(type, name, owner = "") {
    if (isNonNullType(type)) {
      for (;;) {
        const value = plain(type.ofType, name, owner);
        if (value !== null) return value;
      }
    }
    if (random.chance(0.06)) return null;
    if (isListType(type)) {
      if (random.chance(0.15)) return plain(type.ofType, name, owner);
      return Array.from({ length: random.below(4) }, () => plain(type.ofType, name, owner));
    }
    if (isEnumType(type)) return random.of(type.getValues()).name;
    if (isInputObjectType(type)) return object(type);
    return scalar(type.name, name, owner);
  }

  function object(type) {
    const value = {};
    for (const field of random.shuffled(Object.values(type.getFields()))) {
      const required = isNonNullType(field.type) && field.defaultValue === undefined;
      const usual = pool.usual[type.name]?.includes(field.name);
      if (required || random.chance(usual ? 0.7 : 0.08)) value[field.name] = plain(field.type, field.name, type.name);
    }
    return value;
  }

  function scalar(type, name, owner) {
    // A page's length stays small, since it counts in the cost, which is the server's own limit; and a
    // subscription needs an object that changes.
    const always = ["first", "last"].includes(name) || owner.startsWith("Subscription.");
    const known = pool.hints[`${owner}.${name}`] ?? pool.hints[name];
    if (known && (always || random.chance(0.9))) return random.of(known);
    if (type === "Int") return random.of(INTS);
    if (type === "Money") return random.of([0, 1500, 9007199254740992, -1]);
    if (type === "Decimal") return random.of(["1", "0.25", "-1", "x"]);
    if (type === "Date") return random.of(DAYS);
    if (type === "Boolean") return random.chance(0.5);
    if (type === "ID") return random.of(["1", "2", "3", "999999", "", "abc", "12345678901234567890"]);
    if (type === "Float") return random.of([0, 1.5, -2e3]);
    if (/date|createdAt|dueOn|Until/i.test(name)) return random.of(DAYS);
    return random.of(TEXTS);
  }

  /** Returns a literal of this value; a scalar may take any form that coerces to the same. */
  function literal(value, type) {
    const nullable = getNullableType(type);
    if (value === null || value === undefined) return { kind: "NullValue" };
    if (isListType(nullable)) {
      if (!Array.isArray(value)) return literal(value, nullable.ofType);
      return { kind: "ListValue", values: value.map((one) => literal(one, nullable.ofType)) };
    }
    if (isInputObjectType(nullable)) {
      const fields = Object.entries(value).map(([key, field]) =>
        objectField(key, literal(field, nullable.getFields()[key].type)),
      );
      return { kind: "ObjectValue", fields };
    }
    if (isEnumType(nullable)) return { kind: "EnumValue", value };
    switch (nullable.name) {
      case "Int":
      case "Money":
        return { kind: "IntValue", value: value === 0 && random.chance(0.3) ? "-0" : String(value) };
      case "Float":
        return { kind: "FloatValue", value: String(value) };
      case "Boolean":
        return { kind: "BooleanValue", value: String(value) };
      case "ID":
        if (/^(0|[1-9]\d*)$/.test(value) && random.chance(0.3)) return { kind: "IntValue", value };
    }
    return { kind: "StringValue", value: String(value) };
  }

  /** Returns the value as a client may send it in `variables`: mostly right, now and then wrong. */
  function sent(value, type) {
    if (random.chance(0.02))
      return random.of([null, 1, "x", true, [], {}, [[1]], new Written("1.5"), new Written("2147483648"), { a: 1 }]);
    const nullable = getNullableType(type);
    if (value === null || value === undefined) return null;
    if (Array.isArray(value)) return value.map((one) => sent(one, nullable.ofType ?? nullable));
    if (isListType(nullable)) return sent(value, nullable.ofType);
    if (typeof value === "object") {
      const fields = nullable.getFields();
      const out = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, sent(field, fields[key].type)]));
      if (random.chance(0.02)) out.unknown = 1;
      return out;
    }
    if (nullable.name === "Int" && random.chance(0.2)) {
      return new Written(
        random.of([
          `${value}.0`,
          `${value}e0`,
          value === 0 ? "-0" : `${value}.00`,
          value % 10 ? `${value}` : `${value / 10}E+1`,
        ]),
      );
    }
    if (nullable.name === "ID" && /^(0|[1-9]\d{0,8})$/.test(value) && random.chance(0.3)) return Number(value);
    return value;
  }

  return { plain, literal, sent };
}

export const objectField = (name, value) => ({ kind: "ObjectField", name: { kind: "Name", value: name }, value });
