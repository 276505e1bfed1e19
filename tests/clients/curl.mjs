// Executes the commands of docs/api/libraries/curl.md in one shell, and compares what they print with
// what the page shows.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folder } from "./server.mjs";

const page = readFileSync(join(import.meta.dirname, "../../docs/api/libraries/curl.md"), "utf8");
const blocks = [...page.matchAll(/^```console\n(.*?)\n```$/gms)].map(([, block]) => block);

/** Splits a step into its command, as many lines as the shell needs, and what it prints. */
function split(step) {
  const lines = step.split("\n");
  for (let count = 1; count <= lines.length; count += 1) {
    const command = lines.slice(0, count).join("\n");
    const { status, stderr } = spawnSync("bash", ["-n", "-c", command], { encoding: "utf8" });
    // An open here-document is a warning.
    if (status === 0 && !stderr) return { command, shown: lines.slice(count).join("\n") };
  }
  throw new Error(`no command: ${step}`);
}

const steps = blocks.flatMap((block) => block.replace(/^\$ /, "").split(/\n\n\$ /)).map(split);
const { host } = new URL(process.env.CLIENT_URL);
const mark = "--- the next step";
const script = steps.map(({ command }) => `${command.replaceAll("127.0.0.1:8000", host)}\necho; echo "${mark}"`).join("\n");
const printed = execFileSync("bash", ["-c", script], { cwd: folder(), encoding: "utf8" }).split(`\n${mark}\n`);
let failed = 0;
for (const [at, { command, shown }] of steps.entries()) {
  const pattern = shown.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!new RegExp(`^${pattern.join(".*")}$`).test(printed[at].trim())) {
    failed += 1;
    console.log(`${command}\nprints\n${printed[at].trim()}\nand the page shows\n${shown}\n`);
  }
}
console.log(`curl: ${steps.length} commands, ${failed} print something else`);
process.exit(failed || steps.length < 10 ? 1 : 0);
