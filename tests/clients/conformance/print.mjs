// Prints a document with every freedom that the grammar gives: spaces, commas and comments between
// tokens or none, and each form of a string.

/** Returns the document's text. */
export function print(document, chosen) {
  // A string is a block wherever it stands or nowhere: graphql-js doesn't take both for equal.
  const random = { ...chosen, blocks: new Map() };
  const plain = random.chance(0.4);
  const tokens = [];
  const add = (...texts) => tokens.push(...texts);
  for (const definition of document.definitions) writeDefinition(definition, add, random);
  return (random.chance(0.05) ? "\uFEFF" : "") + join(tokens, plain, random);
}

function join(tokens, plain, random) {
  let text = plain ? "" : gap(random, false);
  tokens.forEach((token, index) => {
    const next = tokens[index + 1] ?? "";
    text += token;
    const needed = /[\w"]$/.test(token) && /^[\w"-]/.test(next);
    if (plain) text += needed || (!/^[)\]}:,!]/.test(next) && !/[([{:@$]$/.test(token)) ? " " : "";
    else text += gap(random, needed);
  });
  return text;
}

function gap(random, needed) {
  if (!needed && random.chance(0.5)) return "";
  const gaps = [" ", "\n", "\t", ",", "\r\n", " , ,", "\r", '# ((((({{{{[[[[ """\n', "#\n", "  \uFEFF "];
  return random.chance(0.8) ? random.of(gaps.slice(0, 4)) : random.of(gaps);
}

function writeDefinition(node, add, random) {
  if (node.description) writeValue(node.description, add, random);
  if (node.kind === "FragmentDefinition") {
    add("fragment", node.name.value, "on", node.typeCondition.name.value);
    writeDirectives(node.directives, add, random);
  } else if (node.kind === "OperationDefinition") {
    if (!node.short) {
      add(node.operation);
      if (node.name) add(node.name.value);
      writeVariables(node.variableDefinitions, add, random);
      writeDirectives(node.directives, add, random);
    }
  } else {
    add("type", node.name.value, "{", "a", ":", "Int", "}");
    return;
  }
  writeSelections(node.selectionSet, add, random);
}

function writeVariables(definitions, add, random) {
  if (!definitions?.length) return;
  add("(");
  for (const definition of definitions) {
    add("$", definition.variable.name.value, ":");
    writeType(definition.type, add);
    if (definition.defaultValue) {
      add("=");
      writeValue(definition.defaultValue, add, random);
    }
    writeDirectives(definition.directives, add, random);
  }
  add(")");
}

function writeType(type, add) {
  if (type.kind === "NamedType") add(type.name.value);
  else if (type.kind === "ListType") {
    add("[");
    writeType(type.type, add);
    add("]");
  } else {
    writeType(type.type, add);
    add("!");
  }
}

function writeSelections(set, add, random) {
  if (!set) return;
  add("{");
  for (const node of set.selections) {
    if (node.kind === "Field") {
      if (node.alias) add(node.alias.value, ":");
      add(node.name.value);
      writeArguments(node.arguments, add, random);
    } else {
      add("...");
      if (node.kind === "FragmentSpread") add(node.name.value);
      else if (node.typeCondition) add("on", node.typeCondition.name.value);
    }
    writeDirectives(node.directives, add, random);
    writeSelections(node.selectionSet, add, random);
  }
  add("}");
}

function writeDirectives(directives, add, random) {
  for (const directive of directives ?? []) {
    add("@", directive.name.value);
    writeArguments(directive.arguments, add, random);
  }
}

function writeArguments(args, add, random) {
  if (!args?.length) return;
  add("(");
  for (const arg of args) {
    add(arg.name.value, ":");
    writeValue(arg.value, add, random);
  }
  add(")");
}

function writeValue(node, add, random) {
  switch (node.kind) {
    case "Variable":
      return add("$", node.name.value);
    case "NullValue":
      return add("null");
    case "StringValue":
      return add(string(node.value, random));
    case "ListValue":
      add("[");
      node.values.forEach((value) => writeValue(value, add, random));
      return add("]");
    case "ObjectValue":
      add("{");
      for (const field of node.fields) {
        add(field.name.value, ":");
        writeValue(field.value, add, random);
      }
      return add("}");
    default:
      return add(String(node.value));
  }
}

/** Returns a literal with this value: quoted, with some characters escaped, or a block. */
function string(value, random) {
  if (!random.blocks.has(value)) random.blocks.set(value, random.chance(0.15));
  if (random.blocks.get(value) && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value)) {
    const indent = random.of(["", "  ", "\n    ", "\n\t"]);
    return `"""${indent}${value.replaceAll('"""', '\\"""')}${/["\\]$/.test(value) ? "\n" : ""}"""`;
  }
  let text = "";
  for (const character of value) text += escape(character, random);
  return `"${text}"`;
}

function escape(character, random) {
  const short = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\" }[
    character
  ];
  const code = character.codePointAt(0);
  const hex = (unit) => `\\u${unit.toString(16).padStart(4, "0")}`;
  if (short && random.chance(0.7)) return short;
  if (short || code < 32 || random.chance(0.04)) {
    if (random.chance(0.3)) return `\\u{${code.toString(16).padStart(random.of([1, 4, 6]), "0")}}`;
    if (code > 0xffff)
      return hex(character.charCodeAt(0)) + hex(character.charCodeAt(1)).toUpperCase().replace("\\U", "\\u");
    return character === "/" ? "\\/" : hex(code);
  }
  return character;
}
