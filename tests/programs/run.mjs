/**
 * Real programs, run by `moult run` under CPython's own collector and under every plan of Moult: what they print must be
 * the same, byte for byte. Their libraries come unpacked from Debian packages (debian.mjs).
 *
 *   node tests/programs/run.mjs [--verify LEVEL] [NAME...]
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { library, Unavailable, unpack } from "./debian.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, "../../dist/cli/main.js");

const TEXTS = ["docutils-common", "python3-docutils", "python3-roman", "python3-pygments"];
const JINJA = ["python3-jinja2", "python3-markupsafe"];

/** Scripts and the Debian packages they import. */
const PROGRAMS = {
  graphs: ["python3-networkx"],
  calculus: ["python3-sympy", "python3-mpmath"],
  website: ["python3-django", "python3-asgiref", "python3-sqlparse", "python3-tz"],
  publishing: TEXTS,
  manual: [
    "python3-sphinx",
    "sphinx-common",
    "python3-alabaster",
    "python3-babel",
    "python-babel-localedata",
    "python3-imagesize",
    "python3-packaging",
    "python3-requests",
    "python3-urllib3",
    "python3-six",
    "python3-chardet",
    "python3-idna",
    "python3-certifi",
    "python3-snowballstemmer",
    "python3-tz",
    ...JINJA,
    ...TEXTS,
  ],
  templates: JINJA,
  parsing: ["python3-lark"],
  highlighting: ["python3-pygments"],
};

/** Moult's plans, each compared with CPython's own collector. */
const PLANS = ["incremental", "generational"];

const usage = `Usage: node tests/programs/run.mjs [--verify LEVEL] [NAME...]

Runs real programs under CPython's own collector and under each plan of Moult, compares what they print, and
tabulates how long they took, their pauses and their memory.

Programs: ${Object.keys(PROGRAMS).join(", ")} (default: all)
  --verify LEVEL  Moult checks itself while they run (0-3, default 0); times say nothing then
  -h, --help      print this help

Exit status: 0 all equal, 1 a program failed or printed something else, 2 wrong usage, 69 no Debian package.

Example: node tests/programs/run.mjs --verify 2 graphs website`;

/** Runs `moult run` on a script; resolves to its exit code, output, errors and the JSON summary. */
function moultRun(script, plan, verify) {
  const folder = mkdtempSync(join(tmpdir(), "moult-programs-"));
  const summary = join(folder, "summary.json");
  const options = ["--plan", plan, "--json", summary];
  if (plan !== "builtin") options.push("--verify", verify);
  return new Promise((resolve, reject) => {
    // In a folder of its own, where it may write.
    const child = spawn(process.execPath, [cli, "run", ...options, script], {
      cwd: folder,
      env: {
        ...process.env,
        PYTHONPATH: `${join(here, "python")}:${library}`,
        PYTHONHASHSEED: "0",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTHONWARNINGS: "ignore",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const json = existsSync(summary) ? JSON.parse(readFileSync(summary, "utf8")) : undefined;
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, output, errors, json });
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

/**
 * Runs one program under CPython's own collector and under Moult's.
 *
 * @returns its rows of the table; undefined when something failed, or printed something else
 */
async function compare(name, verify) {
  unpack(PROGRAMS[name]);
  const runs = {};
  for (const plan of ["builtin", ...PLANS]) {
    process.stderr.write(`${name}, plan ${plan} ... `);
    const run = await moultRun(join(here, `${name}.py`), plan, verify);
    process.stderr.write(`${((run.json?.elapsedMs ?? 0) / 1000).toFixed(1)} s\n`);
    if (run.code !== 0 || run.json === undefined) {
      console.log(`FAIL ${name}: exit code ${run.code} under plan ${plan}\n${run.errors}`);
      return undefined;
    }
    runs[plan] = run;
  }
  const { builtin } = runs;
  for (const plan of PLANS) {
    if (builtin.output === runs[plan].output) continue;
    const where = firstDifference(builtin.output, runs[plan].output);
    console.log(`FAIL ${name}: the outputs of builtin and ${plan} differ at ${where}`);
    return undefined;
  }
  const lines = builtin.output.trimEnd().split("\n").length;
  console.log(`ok   ${name}: ${lines} lines, the same under all`);
  return Object.entries(runs).map(([plan, { json }]) => row(name, plan, json));
}

/** A row of the table, in GitHub's Markdown. */
function row(name, plan, { elapsedMs, total, peakMemoryBytes }) {
  const { p99Ms, maxMs, totalMs } = total.pause;
  const cells = [
    plan === "builtin" ? name : "",
    plan,
    `${(elapsedMs / 1000).toFixed(2)} s`,
    String(total.collections),
    `${totalMs.toFixed(0)} ms`,
    `${p99Ms.toFixed(1)} ms`,
    `${maxMs.toFixed(1)} ms`,
    `${(peakMemoryBytes / 2 ** 20).toFixed(0)} MiB`,
  ];
  return `| ${cells.join(" | ")} |`;
}

const HEAD = `
| program | plan | time | collections | pauses | p99 | longest | peak memory |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |`;

function parseCommandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { verify: { type: "string", default: "0" }, help: { type: "boolean", short: "h" } },
  });
  const unknown = positionals.find((name) => PROGRAMS[name] === undefined);
  if (unknown !== undefined)
    throw new TypeError(`no program "${unknown}"; there are: ${Object.keys(PROGRAMS).join(", ")}`);
  if (!/^[0-3]$/.test(values.verify)) throw new TypeError(`--verify takes 0 to 3, not "${values.verify}"`);
  return { ...values, names: positionals.length > 0 ? positionals : Object.keys(PROGRAMS) };
}

async function main() {
  const { help, verify, names } = parseCommandLine();
  if (help) {
    console.log(usage);
    return 0;
  }
  if (!existsSync(cli)) throw new Unavailable(`${cli} is not there: run "npm run build" first`);
  const rows = [];
  let equal = 0;
  for (const name of names) {
    const found = await compare(name, verify);
    if (found === undefined) continue;
    equal++;
    rows.push(...found);
  }
  if (rows.length > 0) console.log([HEAD, ...rows].join("\n"));
  console.log(`\n${equal} of ${names.length} programs printed the same under all collectors`);
  return equal === names.length ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  const wrongUsage = error instanceof TypeError;
  console.error(`programs: ${error.message}${wrongUsage ? `\n\n${usage}` : ""}`);
  process.exitCode = wrongUsage ? 2 : error instanceof Unavailable ? 69 : 1;
}
