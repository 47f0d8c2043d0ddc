/** The collector of a `moult run`: attached, watched, and reported on. */
import { writeFileSync } from "node:fs";
import type { PyodideLike } from "../../api.js";
import { attach } from "../../index.js";
import type { RunRequest } from "./protocol.js";
import { writeText } from "./streams.js";

/** What the run does with its collector. */
export interface Collector {
  /** Gives CPython its own collector back; CPython's shutdown is its own affair. May be called again. */
  end(): void;
  /** Writes what `--report` and `--json` asked for. */
  report(): void;
}

const NO_COLLECTOR: Collector = { end() {}, report() {} };

/** Attaches the collector that the request names and follows its events. */
export async function watchCollector(pyodide: PyodideLike, request: RunRequest): Promise<Collector> {
  if (request.collector === null) return NO_COLLECTOR;
  const moult = await attach(pyodide, request.collector);
  moult.on("warning", (event) => writeText(2, `moult: warning: ${event.message}\n`));
  return NO_COLLECTOR;
}
