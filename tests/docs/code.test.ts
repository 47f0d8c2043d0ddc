/** The code in README.md and docs/ does what the pages say: see blocks.ts for the convention. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPyodide } from "../../src/pyodide.js";
import { type Block, markedBlocks, outputPattern } from "./blocks.js";
import { pages } from "./pages.js";

const root = resolve(import.meta.dirname, "../..");
const marked = pages
  .map((page) => ({ page, blocks: markedBlocks(page) }))
  .filter(({ blocks }) => blocks.length > 0);

// Inside the project, so that `import "pyodide"` finds the installed package.
const work = join(root, ".cache/docs");
const bin = join(work, "bin");
const cli = join(root, "dist/cli/main.js");

mkdirSync(bin, { recursive: true });

beforeAll(() => {
  rmSync(join(bin, "moult"), { force: true });
  if (existsSync(cli)) symlinkSync(cli, join(bin, "moult"));
});

/** Runs a program to its end; its stdout, and stderr after it. */
function run(command: string, args: readonly string[], cwd: string): string {
  const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`exit code ${status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** A JavaScript program that imports Moult by its package name gets the sources. */
async function runJavaScript({ code, language, line }: Block, cwd: string): Promise<string> {
  const outfile = join(cwd, `block-${line}.mjs`);
  await build({
    stdin: { contents: code, loader: language === "ts" ? "ts" : "js", resolveDir: cwd },
    alias: {
      moult: join(root, "src/index.ts"),
      "moult/pyodide": join(root, "src/pyodide.ts"),
      "moult/timeline": join(root, "src/timeline/index.ts"),
      "moult/heap": join(root, "src/heap/index.ts"),
    },
    external: ["pyodide"],
    bundle: true,
    format: "esm",
    platform: "node",
    outfile,
    logLevel: "silent",
  });
  return run(process.execPath, [outfile], cwd);
}

let python: ReturnType<typeof loadPyodide> | undefined;

/** All Python blocks share one interpreter, each with names of its own. */
async function runPython({ code, page, line }: Block): Promise<string> {
  python ??= loadPyodide();
  const pyodide = await python;
  let output = "";
  const decoder = new TextDecoder();
  const write = (bytes: Uint8Array) => {
    output += decoder.decode(bytes, { stream: true });
    return bytes.length;
  };
  pyodide.setStdout({ write });
  pyodide.setStderr({ write });
  const names = pyodide.runPython("{'__name__': '__main__'}");
  try {
    await pyodide.runPythonAsync(code, { globals: names, filename: `${page}:${line}` });
    pyodide.runPython("import sys; sys.stdout.flush(); sys.stderr.flush()");
  } finally {
    names.destroy();
  }
  return output;
}

async function runBlock(block: Block, cwd: string): Promise<string> {
  if (block.language === "python") return runPython(block);
  if (block.language !== "sh") return runJavaScript(block, cwd);
  if (/\bmoult\b/.test(block.code) && !existsSync(cli))
    throw new Error("run `npm run build` first: dist/cli is missing");
  return run("sh", ["-e", "-c", block.code], cwd);
}

describe.each(marked)("$page", ({ page, blocks }) => {
  const cwd = mkdtempSync(join(work, "page-"));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  it.each(blocks.map((block) => [block.line, block] as const))(`line %i of ${page}`, async (_, block) => {
    if (block.action.kind === "file") {
      writeFileSync(join(cwd, block.action.name), block.code);
      return;
    }
    const output = `${(await runBlock(block, cwd)).trimEnd()}\n`;
    if (block.output === undefined || outputPattern(block.output).test(output)) return;
    // Not the pattern: a person compares texts.
    expect(output.trimEnd()).toBe(block.output.trimEnd());
  });
});
