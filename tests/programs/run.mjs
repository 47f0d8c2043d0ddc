/**
 * Real programs, run by `moult run` under CPython's own collector and under Moult: what they print must be
 * the same, byte for byte. The libraries come unpacked from Debian packages (into .cache/, once).
 *
 *   node tests/programs/run.mjs [--verify LEVEL] [NAME...]
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const cache = join(root, ".cache/debian");
const cli = join(root, "dist/cli/main.js");

/** Scripts and the Debian packages they import. */
const programs = {
  graphs: ["python3-networkx"],
  calculus: ["python3-sympy", "python3-mpmath"],
};

/** Moult's plans, each compared with CPython's own collector. */
const PLANS = ["incremental", "generational"];

const usage = `Usage: node tests/programs/run.mjs [--verify LEVEL] [NAME...]

Runs real programs under CPython's own collector and under Moult and compares what they print.

Programs: ${Object.keys(programs).join(", ")} (default: all)
  --verify LEVEL  Moult checks itself while they run (0-3, default 0)
  -h, --help      print this help

Exit status: 0 all equal, 1 a program failed or printed something else, 2 wrong usage, 69 no Debian package.

Example: node tests/programs/run.mjs --verify 2 graphs`;

class Unavailable extends Error {}

/** The folder to import a Debian package from; downloads and unpacks it on first use. */
function unpacked(name) {
  const folder = join(cache, name);
  const library = join(folder, "usr/lib/python3/dist-packages");
  if (existsSync(library)) return library;
  process.stderr.write(`fetching ${name} ...\n`);
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, "unpack-"));
  try {
    execFileSync("apt-get", ["download", name], { cwd: work, stdio: ["ignore", "ignore", "pipe"] });
    const [file] = readdirSync(work).filter((entry) => entry.endsWith(".deb"));
    execFileSync("dpkg", ["-x", join(work, file), join(work, "tree")]);
    renameSync(join(work, "tree"), folder);
  } catch (error) {
    const detail = error.stderr?.toString().trim() || error.message;
    throw new Unavailable(`cannot get the Debian package ${name} (apt-get download, dpkg -x): ${detail}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return library;
}

/** Runs `moult run` on a script; resolves to its exit code, output, seconds and the JSON summary. */
function moultRun(script, plan, verify, path) {
  const folder = mkdtempSync(join(tmpdir(), "moult-programs-"));
  const summary = join(folder, "summary.json");
  const options = ["--plan", plan, "--report", "--json", summary];
  if (plan !== "builtin") options.push("--verify", verify);
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, "run", ...options, script], {
      env: { ...process.env, PYTHONPATH: path, PYTHONHASHSEED: "0", PYTHONDONTWRITEBYTECODE: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let report = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      report += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const seconds = (performance.now() - begun) / 1000;
      const json = existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : undefined;
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, output, report, seconds, json });
    });
  });
}

/** The first line in which two outputs differ, for the message. */
function firstDifference(a, b) {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const at = left.findIndex((line, i) => line !== right[i]);
  return at < 0
    ? "one output ends early"
    : `line ${at + 1}:\n  built-in: ${left[at]}\n  Moult:    ${right[at]}`;
}

/** Runs one program under CPython's own collector and under Moult's; true when all worked and printed the same. */
async function compare(name, verify) {
  const path = programs[name].map(unpacked).join(":");
  const script = join(here, `${name}.py`);
  const runs = {};
  for (const plan of ["builtin", ...PLANS]) {
    process.stderr.write(`${name}, plan ${plan} ... `);
    const run = await moultRun(script, plan, verify, path);
    process.stderr.write(`${run.seconds.toFixed(1)} s\n`);
    if (run.code !== 0) {
      console.log(`FAIL ${name}: exit code ${run.code} under plan ${plan}\n${run.report}`);
      return false;
    }
    if (run.json === undefined) {
      console.log(`FAIL ${name}: plan ${plan} wrote no summary\n${run.report}`);
      return false;
    }
    runs[plan] = run;
  }
  const { builtin } = runs;
  for (const plan of PLANS) {
    if (builtin.output === runs[plan].output) continue;
    const where = firstDifference(builtin.output, runs[plan].output);
    console.log(`FAIL ${name}: the outputs of builtin and ${plan} differ at ${where}`);
    return false;
  }
  const lines = builtin.output.trimEnd().split("\n").length;
  console.log(`ok   ${name}: ${lines} lines, the same under all\n`);
  for (const [plan, { report }] of Object.entries(runs)) console.log(`${plan}:\n${report.trimEnd()}\n`);
  return true;
}

function parseCommandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { verify: { type: "string", default: "0" }, help: { type: "boolean", short: "h" } },
  });
  const unknown = positionals.find((name) => programs[name] === undefined);
  if (unknown !== undefined) throw new TypeError(`no program "${unknown}"`);
  if (!/^[0-3]$/.test(values.verify)) throw new TypeError(`--verify takes 0 to 3, not "${values.verify}"`);
  return { ...values, names: positionals.length > 0 ? positionals : Object.keys(programs) };
}

async function main() {
  const { help, verify, names } = parseCommandLine();
  if (help) {
    console.log(usage);
    return 0;
  }
  if (!existsSync(cli)) throw new Unavailable(`${cli} is not there: run "npm run build" first`);
  let equal = 0;
  for (const name of names) equal += (await compare(name, verify)) ? 1 : 0;
  console.log(`${equal} of ${names.length} programs printed the same under both collectors`);
  return equal === names.length ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const wrongUsage = error instanceof TypeError;
  console.error(`programs: ${error.message}${wrongUsage ? `\n\n${usage}` : ""}`);
  process.exitCode = wrongUsage ? 2 : error instanceof Unavailable ? 69 : 1;
}
