/** Finds the cases: every `.dot` and `.py` file in `cases/`, in the order of their names. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Graph, parseGraph } from "./parse.js";

/** A heap that is no plain graph: Python that builds it and collects where it likes. */
export interface Script {
  readonly name: string;
  readonly reason: string;
  readonly python: string;
  /** Names of what it needs from the host, as in a graph's `needs`. */
  readonly needs: string;
}

/** One case of the corpus. */
export type CorpusCase = Graph | Script;

/** The project's directory, also when this file runs from a bundle elsewhere inside it. */
export function projectRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
}

const PREFIX = /^(keep|free|garbage|partial)_[a-z0-9_]+$/;

/** Reads every case; a file with a bad name, head or syntax is an error that names it. */
export function loadCases(directory = join(projectRoot(), "tests/corpus/cases")): CorpusCase[] {
  return readdirSync(directory)
    .sort()
    .map((file) => {
      const source = readFileSync(join(directory, file), "utf8");
      const stem = basename(basename(file, ".dot"), ".py");
      if (!PREFIX.test(stem))
        throw new Error(`${file}: a case is named keep_*, free_*, garbage_* or partial_*`);
      const found = file.endsWith(".py") ? script(source, stem, file) : parseGraph(source, file);
      if (found.name !== stem) throw new Error(`${file}: the graph inside is called ${found.name}`);
      return found;
    });
}

function script(source: string, name: string, file: string): Script {
  const head = [];
  for (const line of source.split("\n")) {
    if (!line.startsWith("#")) break;
    head.push(line.replace(/^#\s?/, ""));
  }
  if (head.length === 0) throw new Error(`${file}: the first comment must say why the case exists`);
  return { name, reason: head.join(" "), python: source, needs: /^needs = "(.*)"$/m.exec(source)?.[1] ?? "" };
}

/** What the case needs from the host, e.g. `_testcapi`. */
export function needsOf(found: CorpusCase): string[] {
  const needs = "python" in found ? found.needs : (found.graph.needs ?? "");
  return needs.split(" ").filter((name) => name !== "");
}
