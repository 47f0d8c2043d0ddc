/** The collector of a run: attached, followed, and reported on. A reader of events; it decides nothing. */
import { writeFileSync } from "node:fs";
import type { Moult, PyodideLike } from "../../api.js";
import { Report, type RunFacts } from "../../events/report.js";
import { formatTraceLine } from "../../events/trace-line.js";
import { attach } from "../../index.js";
import type { RunRequest } from "./protocol.js";
import { openFile, saveSnapshot } from "./snapshot-files.js";
import { writeText } from "./streams.js";

/** The collector of one run of Python. */
export class RunCollector {
  readonly #request: RunRequest;
  readonly #moult: Moult;
  readonly #report: Report;
  readonly #attachedAt = performance.now();
  #facts: RunFacts | undefined;
  #snapshotError: unknown;

  /** Attaches what the request asks for. Throws a `MoultError` when this Pyodide is not one that Moult knows. */
  static async attach(pyodide: PyodideLike, request: RunRequest): Promise<RunCollector> {
    return new RunCollector(await attach(pyodide, request.collector), request);
  }

  private constructor(moult: Moult, request: RunRequest) {
    this.#moult = moult;
    this.#request = request;
    this.#report = new Report(moult.plan);
    moult.on("warning", (event) => writeText(2, `moult: warning: ${event.message}\n`));
    const { memorySnapshot } = request;
    if (memorySnapshot !== null) moult.heap.snapshotOnOutOfMemory(() => openFile(memorySnapshot));
    if (request.trace) moult.on("collection", (event) => writeText(2, `${formatTraceLine(event)}\n`));
    if (request.report || request.jsonFile !== null) {
      moult.on("collection", (event) => this.#report.add(event));
      moult.on("memory-limit", (event) => this.#report.addRefusal(event));
    }
  }

  /** Gives CPython its own collector back: how CPython shuts down is its own affair. May be called twice. */
  end(): void {
    if (this.#facts !== undefined) return;
    this.#facts = {
      elapsedMs: performance.now() - this.#attachedAt,
      memoryBytes: this.#moult.stats().memoryBytes,
    };
    this.#saveSnapshot();
    this.#moult.detach();
  }

  /** What can't be written is told at the end: CPython is about to shut down, and does so first. */
  #saveSnapshot(): void {
    const { exitSnapshot } = this.#request;
    if (exitSnapshot === null) return;
    try {
      saveSnapshot(this.#moult.heap.capture(), exitSnapshot);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#snapshotError = new Error(`can't write --snapshot-on-exit ${exitSnapshot}: ${why}`, {
        cause: error,
      });
    }
  }

  /** Writes what `--report` and `--json` asked for. Call after `end`. Throws when a file can't be written. */
  report(): void {
    if (this.#snapshotError !== undefined) throw this.#snapshotError;
    if (this.#request.report) writeText(2, this.#report.text(this.#facts));
    if (this.#request.jsonFile !== null) {
      writeFileSync(this.#request.jsonFile, `${JSON.stringify(this.#report.json(this.#facts), null, 2)}\n`);
    }
  }
}
