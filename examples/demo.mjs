/**
 * `npm run demo`: the same three Python programs under CPython's built-in collector and under Moult, one
 * process each. One run a cell, so take differences of a few percent as nothing; `npm run bench` has
 * medians and noise. Progress goes to stderr, the table to stdout.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { programs } from "./demo/programs.mjs";

const collectors = ["builtin", "moult"];
const child = fileURLToPath(new URL("demo/child.mjs", import.meta.url));

const usage = `Usage: npm run demo [-- NAME...]

Runs Python programs under CPython's built-in collector and under Moult, and compares them.

Programs: ${Object.keys(programs).join(", ")} (default: all)

Example: npm run demo -- queue`;

/** Runs one program in a fresh process and parses the JSON line it prints. */
function measure(program, collector) {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [child, program, collector]);
    let output = "";
    let errors = "";
    process_.stdout.on("data", (chunk) => {
      output += chunk;
    });
    process_.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    process_.on("error", reject);
    process_.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`${program} under ${collector} ended with exit code ${code}:\n${errors}`));
    });
  });
}

const seconds = (value) => `${value.toFixed(2)} s`;
const milliseconds = (value) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const mebibytes = (value) => `${value.toFixed(0)} MiB`;

/** What a program shows: label, the figure, its unit; less is better in all of them. */
const figures = {
  queue: [
    ["memory at its peak", (r) => r.memoryMiB, mebibytes],
    ["longest pause", (r) => r.longestMs, milliseconds],
    ["whole program", (r) => r.seconds, seconds],
  ],
  server: [
    ["slowest request", (r) => r.worstRequestMs, milliseconds],
    ["time spent collecting", (r) => r.gcSeconds, seconds],
    ["memory at its peak", (r) => r.memoryMiB, mebibytes],
    ["whole program", (r) => r.seconds, seconds],
  ],
  full: [["one collection (median)", (r) => r.medianMs, milliseconds]],
};

/** "3.1x less", "the same", "1.2x more": how Moult's figure compares. */
function verdict(builtin, moult) {
  const ratio = builtin / moult;
  if (ratio > 0.95 && ratio < 1.05) return "the same";
  return ratio > 1 ? `${ratio.toFixed(1)}x less` : `${(1 / ratio).toFixed(1)}x more`;
}

function rowsOf(name, [builtin, moult]) {
  return figures[name].map(([label, value, unit]) => {
    const a = value(builtin);
    const b = value(moult);
    return [`  ${label}`, unit(a), unit(b), verdict(a, b)];
  });
}

function printTable(results) {
  const head = ["", "built-in", "Moult", "Moult needs"];
  const blocks = results.map(([name, pair]) => ({ program: programs[name], rows: rowsOf(name, pair) }));
  const all = [head, ...blocks.flatMap(({ rows }) => rows)];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const text = (row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("   ");
  console.log(`\n${text(head)}`);
  for (const { program, rows } of blocks) {
    console.log(`\n${program.title}: ${program.about}`);
    for (const row of rows) console.log(text(row));
  }
}

/** One sentence, made of what was measured. */
function conclusion(results) {
  const [name, [builtin, moult]] = results[0];
  const [label, value, unit] = figures[name][0];
  const numbers = `${unit(value(moult))} instead of ${unit(value(builtin))}`;
  return `Same Python, same programs: "${programs[name].title}" had ${numbers} (${label}) with Moult.`;
}

const names = process.argv.slice(2);
if (names.includes("--help") || names.includes("-h")) {
  console.log(usage);
} else {
  const unknown = names.filter((name) => programs[name] === undefined);
  if (unknown.length > 0) {
    console.error(`demo: no program "${unknown[0]}"\n\n${usage}`);
    process.exit(2);
  }
  const results = [];
  for (const name of names.length > 0 ? names : Object.keys(programs)) {
    const pair = [];
    for (const collector of collectors) {
      process.stderr.write(`${programs[name].title}, ${collector === "moult" ? "Moult" : "built-in"} ... `);
      const begun = performance.now();
      try {
        pair.push(await measure(name, collector));
      } catch (error) {
        console.error(`failed\ndemo: ${error.message}`);
        process.exit(1);
      }
      process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
    }
    results.push([name, pair]);
  }
  printTable(results);
  console.log(`\n${conclusion(results)}\nOne run each: differences of a few percent mean nothing.`);
}
