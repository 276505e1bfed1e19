// Compiles the operations, and does what a bundler does with babel-plugin-relay: puts the compiled
// artifacts in place of the `graphql` tags.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { transformFileSync } from "@babel/core";

for (const folder of ["__generated__", "dist"]) mkdirSync(folder, { recursive: true });
execFileSync("node_modules/.bin/relay-compiler", { stdio: "inherit" });
const plugins = [["relay", { artifactDirectory: "./__generated__" }], "@babel/plugin-transform-modules-commonjs"];
for (const file of ["environment.js", "client.js"]) {
  writeFileSync(`dist/${file}`, transformFileSync(`src/${file}`, { plugins, configFile: false }).code);
}
