// Holds a running server against the audit of GraphQL over HTTP, and reads its schema as the
// tools of graphql-js do. Usage: node … URL
import { buildClientSchema, getIntrospectionQuery } from "graphql";
import { auditServer } from "graphql-http";

const url = process.argv[2];
for (let tries = 100; ; tries -= 1) {
  try {
    await fetch(url);
    break;
  } catch (error) {
    if (tries === 0) throw error;
    await new Promise((again) => setTimeout(again, 100));
  }
}
const everything = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};
const answer = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ query: getIntrospectionQuery(everything) }),
});
const { data, errors } = await answer.json();
if (errors) throw new Error(JSON.stringify(errors));
const fields = Object.keys(buildClientSchema(data).getMutationType().getFields());
console.log(`introspection: ${fields.length} mutations`);

const results = await auditServer({ url });
for (const result of results.filter((result) => result.status !== "ok")) {
  console.log(result.status, result.id, result.name, result.reason ?? "");
}
const failed = results.filter((result) => result.status === "error");
const ok = results.filter((result) => result.status === "ok");
console.log(`graphql-http: ${ok.length} ok of ${results.length}, ${failed.length} errors`);
process.exit(ok.length === results.length ? 0 : 1);
