/**
 * Writes docs/options.md from the tables of options in src/options/ (table.ts, command.ts) and their texts beside them.
 *
 *     node scripts/docs-options.mjs            writes the page
 *     node scripts/docs-options.mjs --check    exits with 1 when the page is not what it would write
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const page = join(root, "docs/options.md");

/** The table, straight from its source: the page must not depend on a build that may be old. */
async function loadTable() {
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/options.ts")],
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const code = (text) => (text === undefined ? "" : `\`${text}\``);

function shownDefault({ default: value }) {
  if (value === undefined) return "none";
  return code(typeof value === "string" ? JSON.stringify(value) : String(value));
}

function flagOf({ flag }, { argument }) {
  return flag && code(argument === undefined ? flag : `${flag} ${argument}`);
}

/** Its TypeScript type. */
function typeOf({ kind, default: value }, { type }) {
  if (type !== undefined) return type;
  if (kind.choices === undefined) return typeof value;
  return kind.choices.map((word) => (typeof value === "string" ? JSON.stringify(word) : word)).join(" | ");
}

function overview(options, apiNames, texts) {
  const rows = options.map(([name, option]) => [
    `[\`${name}\`](#${name.toLowerCase()})`,
    shownDefault(option),
    apiNames.has(name) ? "yes" : "",
    flagOf(option, texts[name]) ?? "",
    code(option.env),
    option.changeable ? "yes" : "",
  ]);
  const head = ["option", "default", "`attach`", "command line", "variable", "changeable from Python"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function section([name, option], apiNames, texts) {
  const { summary, details } = texts;
  const { kind, env } = option;
  const where = [];
  if (apiNames.has(name)) where.push(`field ${code(name)} (${code(typeOf(option, texts))})`);
  if (option.flag !== undefined) where.push(`flag ${flagOf(option, texts)}`);
  if (env !== undefined) where.push(`variable ${code(env)}`);
  return [
    `## ${name}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}. Allowed: ${kind.allowed}. Default: ${shownDefault(option)}.`,
    `As ${where.join(", ")}.`,
    details,
  ].join("\n\n");
}

function markdown({ API_OPTIONS, OPTION_TEXTS, allOptions }) {
  const apiNames = new Set(Object.keys(API_OPTIONS));
  const options = allOptions();
  return `<!-- Written by scripts/docs-options.mjs from src/options/table.ts and texts.ts. Change them, not this. -->

# Options

Every option has one name. In JavaScript it is a field of what \`attach\` takes (and \`loadPyodide\` as its
option \`gc\`), on the command line a flag, in the command line's environment a variable:

\`\`\`js run
import { attach } from "moult";
import { loadPyodide } from "pyodide";

const pyodide = await loadPyodide();
const moult = await attach(pyodide, { plan: "generational", sealed: true });
console.log(pyodide.runPython("import moult; str(moult.options)"));
\`\`\`

\`\`\`text
{'plan': 'generational', 'pauseGoal': 1, 'stress': False, 'allocator': 'pool', 'freezeAfterImports': False, 'bridge': 'auto', 'bridgeFinalizers': 'sound', 'verify': 0, 'performanceEntries': False, 'sealed': True, 'tools': 'auto'}
\`\`\`

\`\`\`sh
moult run --plan generational --verify 1 script.py
MOULT_PLAN=generational MOULT_VERIFY=1 moult run script.py
\`\`\`

A flag goes before a variable, a variable before the default. The library itself reads no variables. Python
code reads the options in force as \`moult.options\` and changes those that can change while it runs with
\`moult.set_option(name, value)\`; see [the Python module](python.md).

${overview(options, apiNames, OPTION_TEXTS)}

A wrong name or value is an \`OptionError\` that says what is allowed; nothing is ignored or guessed:

\`\`\`js run
import { loadPyodide } from "moult/pyodide";

for (const gc of [{ paln: "builtin" }, { plan: "fast" }]) {
  await loadPyodide({ gc }).catch((error) => console.log(error.message));
}
\`\`\`

\`\`\`text
unknown option "paln"; did you mean "plan"?
option "plan" can't be "fast"; allowed: "builtin" or "generational" or "incremental"
\`\`\`

Only a \`MOULT_*\` variable that no option has is warned about and ignored, since it may be meant for another
version. A variable that is set but empty counts as absent. A switch (true or false) is written \`1\`, \`true\`,
\`yes\` or \`on\`, or \`0\`, \`false\`, \`no\` or \`off\`, in a variable, and has no argument as a flag.

${options.map((option) => section(option, apiNames, OPTION_TEXTS[option[0]])).join("\n\n")}
`;
}

const written = markdown(await loadTable());
if (process.argv.includes("--check")) {
  let found = "";
  try {
    found = readFileSync(page, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  if (found !== written) {
    process.stderr.write("docs/options.md is not what the table says; run: node scripts/docs-options.mjs\n");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, written);
}
