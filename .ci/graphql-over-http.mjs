// Holds a running server against the audit of GraphQL over HTTP. Usage: node … URL
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
const results = await auditServer({ url });
for (const result of results.filter((result) => result.status !== "ok")) {
  console.log(result.status, result.id, result.name, result.reason ?? "");
}
const failed = results.filter((result) => result.status === "error");
const ok = results.filter((result) => result.status === "ok");
console.log(`graphql-http: ${ok.length} ok of ${results.length}, ${failed.length} errors`);
process.exit(ok.length === results.length ? 0 : 1);
