/**
 * npm run canary: does Moult still know what Pyodide publishes?
 *
 * Takes the newest published pyodide, and the newest release where that is another, into .cache/canary/, probes each, attaches
 * with `verify: 2` and runs a few programs under both plans that replace the collector. Nothing of this project's node_modules is touched.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { newestOf, parseVersion } from "./versions.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const cache = join(root, ".cache/canary");
/** A Pyodide that takes longer than this hangs. */
const TRY_MS = 600_000;
const NPM_OPTIONS = ["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000", "--no-audit", "--no-fund"];

const HELP = `Does Moult know the newest published Pyodide?

Usage: npm run canary -- [options]

  --version V     try this version of the npm package pyodide instead of the newest; may be repeated
  --pyodide DIR   try the Pyodide in this folder, without asking npm; may be repeated
  --help

Downloads go to .cache/canary/, and stay there.

Exit code: 0 every Pyodide was accepted and every program came out right, 1 one was refused or a program came out
otherwise, 2 wrong usage, 69 npm's registry could not be asked.

Examples:
  npm run canary
  npm run canary -- --version 0.29.5 --version 315.0.0-alpha.2
  npm run canary -- --pyodide node_modules/pyodide
`;

class UsageError extends Error {}
class Unavailable extends Error {}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof Unavailable)) throw error;
  process.stderr.write(`canary: ${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 69;
}

/** @param {string[]} argv */
function main(argv) {
  const { version, pyodide, help } = parse(argv);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!existsSync(join(root, "dist/index.js")))
    throw new UsageError("there is no dist/: run `npm run build`");
  const folders = pyodide.map((folder) => ({ name: folder, folder: resolve(folder) }));
  for (const { name, folder } of folders)
    if (!existsSync(join(folder, "pyodide.mjs")))
      throw new UsageError(`--pyodide ${name}: no pyodide.mjs there`);
  const versions = version.length > 0 ? version : pyodide.length > 0 ? [] : newestPublished();
  const tried = [
    ...folders,
    ...versions.map((name) => ({ name: `pyodide ${name}`, folder: installed(name) })),
  ];
  return tried.filter(({ name, folder }) => !tryOne(name, folder)).length > 0 ? 1 : 0;
}

/** @param {string[]} args */
function parse(args) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        version: { type: "string", multiple: true, default: [] },
        pyodide: { type: "string", multiple: true, default: [] },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    for (const version of values.version)
      if (parseVersion(version) === undefined)
        throw new UsageError(`--version ${version}: want one like 314.0.7`);
    return values;
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new UsageError(`${/** @type {Error} */ (error).message}; see --help`);
  }
}

function newestPublished() {
  /** @type {string[]} */
  const published = JSON.parse(
    npm("ask which versions there are", ["view", "pyodide", "versions", "--json"]),
  );
  return newestOf(published);
}

/**
 * The folder of a version, which is downloaded if need be.
 *
 * @param {string} version
 */
function installed(version) {
  const prefix = join(cache, version);
  const folder = join(prefix, "node_modules/pyodide");
  if (versionIn(folder) === version) return folder;
  mkdirSync(prefix, { recursive: true });
  // Without a package.json of its own npm would take that of this project.
  writeFileSync(join(prefix, "package.json"), '{ "private": true }\n');
  npm(`get pyodide ${version}`, ["install", "--prefix", prefix, "--ignore-scripts", `pyodide@${version}`]);
  return folder;
}

/** @param {string} folder */
function versionIn(folder) {
  const file = join(folder, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).version : undefined;
}

/**
 * @param {string} what
 * @param {string[]} args
 */
function npm(what, args) {
  try {
    return execFileSync("npm", [...args, ...NPM_OPTIONS], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { stderr, stdout, message } = /** @type {Error & { stderr?: string, stdout?: string }} */ (error);
    const said = (stderr || stdout || message).split("\n").filter((line) => line !== "");
    throw new Unavailable(
      `npm could not ${what}: is there a network? \`--pyodide DIR\` needs none.\n${said.slice(0, 6).join("\n")}`,
    );
  }
}

/**
 * Says how one came out; true when all is well.
 *
 * @param {string} name
 * @param {string} folder
 */
function tryOne(name, folder) {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [join(here, "try.mjs"), folder], {
    encoding: "utf8",
    timeout: TRY_MS,
  });
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (status !== 0 || !last.startsWith("{")) {
    const why = signal === null ? `exit status ${status}` : `ended by ${signal}`;
    process.stdout.write(
      `${name}: could not be tried (${why})\n${stderr.trim().split("\n").slice(-8).join("\n")}\n`,
    );
    return false;
  }
  /** @type {import("./try.mjs").Outcome} */
  const { python, accepted, known, layout, reason, differences, failures } = JSON.parse(last);
  if (!accepted) {
    process.stdout.write(`${name}, CPython ${python}: refused: ${reason}\n`);
    for (const { probe, expected, found } of differences)
      process.stdout.write(`  ${probe}: expected ${expected}, found ${found}\n`);
    return false;
  }
  const how = known ? "accepted" : "accepted, though this version is unknown";
  const programs = failures.length === 0 ? "every program came out right" : `${failures.length} failed`;
  process.stdout.write(`${name}, CPython ${python}: ${how}, layout ${layout}; ${programs}\n`);
  for (const failure of failures) process.stdout.write(`  ${failure}\n`);
  return failures.length === 0;
}
