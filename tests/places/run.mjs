/**
 * Moult on other versions of Node than the one at hand, which come from the registry of packages into .cache/nodes.
 * `--help` says more.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { askNode, EXPECTED } from "./expected.mjs";

/** What is tested when no version is named. */
const VERSIONS = ["20.20.2", "22.23.3", "24.21.0"];

const USAGE = `Usage: npm run test:places -- [version...]

Runs the program for all places on each version of Node: in the main thread, in a worker thread, with several
interpreters, in a host that compiles nothing, from a memory snapshot. Needs \`npm run build\`.

  version   as in the registry, e.g. 24.21.0 (default: ${VERSIONS.join(" ")})

Examples:
  npm run test:places
  npm run test:places -- 22.23.3`;

const folder = join(import.meta.dirname, "../../.cache/nodes");

/** The program of a version, installed when it is not there; this process's own where that is the version. */
function nodeOf(version) {
  if (process.version === `v${version}`) return process.execPath;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const place = join(folder, version);
  const path = join(place, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (!existsSync(path)) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "package.json"), '{ "private": true }\n');
    const args = ["install", "--no-fund", "--no-audit", "--silent", `${name}@${version}`];
    execFileSync("npm", args, { cwd: place, stdio: "inherit" });
  }
  return path;
}

/** Runs all places on one version; how many failed. */
function runVersion(version) {
  const node = nodeOf(version);
  let failed = 0;
  for (const [place, expected] of Object.entries(EXPECTED)) {
    let outcome;
    try {
      const { found, suspended } = askNode(node, place);
      const switching = suspended === "collects" ? ", with stack switching" : "";
      outcome = isDeepStrictEqual(found, expected) ? `ok${switching}` : `failed: ${JSON.stringify(found)}`;
    } catch (error) {
      outcome = `failed: ${error.message}`;
    }
    if (!outcome.startsWith("ok")) failed++;
    console.log(`node ${version}  ${place.padEnd(8)}  ${outcome}`);
  }
  return failed;
}

const args = process.argv.slice(2);
if (args.includes("--help") || args.includes("-h")) {
  console.log(USAGE);
} else {
  const wrong = args.find((version) => !/^\d+\.\d+\.\d+$/.test(version));
  if (wrong !== undefined) {
    console.error(`test:places: "${wrong}" is no version like 24.21.0\n\n${USAGE}`);
    process.exit(2);
  }
  const failed = (args.length > 0 ? args : VERSIONS).reduce((sum, version) => sum + runVersion(version), 0);
  if (failed > 0) process.exit(1);
}
