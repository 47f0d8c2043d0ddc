/** The package as users get it: what it exports, and that it works where it is installed into an empty project. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { build as vite } from "vite";
import { beforeAll, describe, expect, test } from "vitest";
import { serve } from "../browsers/server.js";
import { describeInChromium, launchChromium } from "../support/chromium.js";
import { emptyProject, type Project, root } from "./project.js";

let project: Project;
beforeAll(() => {
  project = emptyProject();
});

const program = (name: string) => join(root, "node_modules", name);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, unknown>;
};

describe("what is published", () => {
  test("publint finds nothing", async () => {
    const { messages, pkg } = await publint({ pkgDir: root, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("the types of every export resolve as its code does", () => {
    const args = [
      program("@arethetypeswrong/cli/dist/index.js"),
      project.tarball,
      "--profile",
      "esm-only",
      "--format",
      "ascii",
    ];
    // What a wasm file is to a program, its bundler or host decides: there are no types for it.
    args.push("--exclude-entrypoints", "./kernel.wasm", "./heap-kernel.wasm");
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(status, stdout).toBe(0);
  });

  test("an export without a file would be found", async () => {
    const wrong = { ...manifest, exports: { ...manifest.exports, "./nothing": "./dist/nothing.js" } };
    project.write("wrong.json", JSON.stringify(wrong));
    const wrongFolder = join(project.folder, "wrong");
    cpSync(join(project.folder, "node_modules/moult"), wrongFolder, { recursive: true });
    cpSync(join(project.folder, "wrong.json"), join(wrongFolder, "package.json"));
    const { messages } = await publint({ pkgDir: wrongFolder, strict: true });
    expect(messages.map(({ code }) => code)).toContain("FILE_DOES_NOT_EXIST");
  });
});

const PROGRAM = `
import { attach, type MoultStats, MoultError } from "moult";
import { histogram, type HeapGraph } from "moult/heap";
import { loadPyodide } from "moult/pyodide";
import { TraceEventWriter } from "moult/timeline";

const pyodide = await loadPyodide({ gc: { pauseGoal: 2 } });
const stats: MoultStats = pyodide.moult.stats();
const graph: HeapGraph = pyodide.moult.heap.capture();
const refused: string = await attach(pyodide).then(
  () => "attached",
  (error: unknown) => (error instanceof MoultError ? error.code : "something else"),
);
console.log(stats.plan, histogram(graph).length > 10, refused, typeof TraceEventWriter);
`;

describe("in an empty project", () => {
  test("a program runs in Node", () => {
    const withoutTypes = PROGRAM.replace(
      /, type \w+|type \w+, |: (MoultStats|HeapGraph|string|unknown)/g,
      "",
    );
    project.write("program.mjs", withoutTypes);
    expect(project.run(process.execPath, "program.mjs")).toBe("incremental true already-attached function\n");
  });

  /** What the compiler says of a program, and of the declarations that it meets; Pyodide's own are not ours to judge. */
  function typeErrors(source: string, module: string): string[] {
    project.write("program.ts", source);
    const lib = ["ES2023", "DOM", "ESNext.Disposable"];
    const compilerOptions = { module, lib, target: "ES2022", strict: true, noEmit: true, types: [] };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    const { stdout } = spawnSync(process.execPath, [program("typescript/bin/tsc"), "-p", "tsconfig.json"], {
      cwd: project.folder,
      encoding: "utf8",
    });
    return stdout.split("\n").filter((line) => line !== "" && !line.includes("pyodide.d.ts"));
  }

  test.each(["NodeNext", "Preserve"])("its types are right with module %s", (module) => {
    expect(typeErrors(PROGRAM, module)).toEqual([]);
  });

  test("a wrong type would be seen", () => {
    const wrong = PROGRAM.replace("pauseGoal: 2", 'pauseGoal: "2"');
    expect(typeErrors(wrong, "NodeNext").join()).toMatch(/^program\.ts.*TS2/);
  });

  test("the command line runs", () => {
    project.write("script.py", "import gc\nprint(gc.collect() >= 0)\n");
    expect(project.run("moult", "run", "script.py")).toBe("True\n");
  });
});

describeInChromium("in a page made by Vite", () => {
  test("Python runs in the page and in a worker", async () => {
    const site = join(project.folder, "site");
    cpSync(join(root, "examples/vite"), site, { recursive: true });
    await vite({ root: site, logLevel: "error" });
    const server = await serve(join(site, "dist"));
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/index.html`);
      await page.waitForFunction("document.title === 'done' || document.title === 'failed'", undefined, {
        timeout: 90_000,
      });
      const text = await page.locator("#log").innerText();
      const line = (place: string) =>
        new RegExp(`^${place}: \\d+ unreachable objects, 100 nodes alive$`, "m");
      expect(text).toMatch(line("page"));
      expect(text).toMatch(line("worker"));
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
