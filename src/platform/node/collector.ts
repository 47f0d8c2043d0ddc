/** The collector of a run: attached, followed, and reported on. A reader of events; it decides nothing. */
import { writeFileSync } from "node:fs";
import type { Moult, MoultOptions, MoultStats, PyodideLike } from "../../api.js";
import { prometheusText } from "../../events/prometheus.js";
import { Report, type RunFacts } from "../../events/report.js";
import { formatTraceLine } from "../../events/trace-line.js";
import type { HeapGraph } from "../../heap/index.js";
import { attach } from "../../index.js";
import { flagOf } from "../../options.js";
import { heapData } from "../../report-page/heap-data.js";
import { reportPage } from "../../report-page/page.js";
import { RunSeries } from "../../report-page/run-series.js";
import { type EventReader, follow } from "../../timeline/follow.js";
import { CLOSING, TraceEventWriter } from "../../timeline/trace-events.js";
import { GrowingFile } from "./growing-file.js";
import type { OutputFiles, RunRequest } from "./protocol.js";
import { openFile, saveSnapshot } from "./snapshot-files.js";
import { writeText } from "./streams.js";

type Load = <P extends PyodideLike>(load: () => Promise<P>, options: MoultOptions) => Promise<[P, Moult]>;

const loadStock: Load = async (load, options) => {
  const pyodide = await load();
  return [pyodide, await attach(pyodide, options)];
};

/** Most runs need nothing of it. */
const loadWithTraced: Load = async (load, options) => {
  const { loadTraced } = await import("../../traced/load.js");
  return loadTraced(load, options);
};

/** What is known when CPython has its own collector back. */
interface Ended {
  readonly facts: RunFacts;
  readonly stats: MoultStats;
  /** What was alive, where somebody wants to know; or why that can't be told. */
  readonly graph: HeapGraph | Error | undefined;
}

/** The collector of one run of Python. */
export class RunCollector {
  readonly #request: RunRequest;
  readonly #moult: Moult;
  readonly #report: Report;
  readonly #series = new RunSeries();
  readonly #attachedAt = performance.now();
  /** The heap before the program, for the growth since. */
  #before: HeapGraph | undefined;
  #trace: { readonly writer: TraceEventWriter; readonly file: GrowingFile } | undefined;
  #stopFollowing = () => {};
  #ended: Ended | undefined;

  /**
   * Loads Pyodide, and attaches what the request asks for. Throws a `MoultError` when this Pyodide is not one that Moult knows.
   */
  static async load<P extends PyodideLike>(
    load: () => Promise<P>,
    request: RunRequest,
  ): Promise<[P, RunCollector]> {
    const [pyodide, moult] = await (request.traced ? loadWithTraced : loadStock)(load, request.collector);
    return [pyodide, new RunCollector(moult, request)];
  }

  private constructor(moult: Moult, request: RunRequest) {
    const { trace, report, files, program } = request;
    this.#moult = moult;
    this.#request = request;
    this.#report = new Report(moult.plan);
    moult.on("warning", (event) => writeText(2, `moult: warning: ${event.message}\n`));
    if (files.snapshotOnOutOfMemory !== null) {
      const path = files.snapshotOnOutOfMemory;
      moult.heap.snapshotOnOutOfMemory(() => openFile(path));
    }
    if (files.reportHtml !== null && this.#hasHeapTools) this.#before = moult.heap.capture();
    if (trace) moult.on("collection", (event) => writeText(2, `${formatTraceLine(event)}\n`));
    if (report || files.json !== null || files.reportHtml !== null) {
      moult.on("collection", (event) => this.#report.add(event));
      moult.on("memory-limit", (event) => this.#report.addRefusal(event));
    }
    const readers: EventReader[] = files.reportHtml === null ? [] : [this.#series];
    if (files.traceEvents !== null) {
      const file = new GrowingFile(files.traceEvents, CLOSING);
      const options = { process: program, plan: moult.plan };
      this.#trace = { file, writer: new TraceEventWriter((text) => file.write(text), options) };
      readers.push(this.#trace.writer);
    }
    if (readers.length > 0) this.#stopFollowing = follow(moult, ...readers);
  }

  /** Gives CPython its own collector back: how CPython shuts down is its own affair. May be called twice. */
  end(): void {
    if (this.#ended !== undefined) return;
    const stats = this.#moult.stats();
    const facts = { elapsedMs: performance.now() - this.#attachedAt, memoryBytes: stats.memoryBytes };
    const graph = this.#lastLook();
    this.#ended = { facts, stats, graph };
    this.#moult.detach();
  }

  /**
   * Writes what the request asks for. Call after `end`. Throws when files can't be written, once, after all others have
   * been.
   */
  report(): void {
    const { facts, stats, graph } = this.#ended!;
    this.#stopFollowing();
    if (this.#request.report) writeText(2, this.#report.text(facts));
    const { files } = this.#request;
    const problems: string[] = [];
    const attempt = (name: keyof OutputFiles, write: (file: string) => void) => {
      const file = files[name];
      if (file === null) return;
      try {
        write(file);
      } catch (error) {
        problems.push(`can't write ${flagOf(name)} ${file}: ${(error as Error).message}`);
      }
    };
    attempt("snapshotOnExit", (file) => saveSnapshot(known(graph), file));
    attempt("json", (file) => writeFileSync(file, `${JSON.stringify(this.#report.json(facts), null, 2)}\n`));
    attempt("reportHtml", (file) => writeFileSync(file, this.#page(facts, graph)));
    attempt("metrics", (file) => writeFileSync(file, prometheusText(stats)));
    attempt("traceEvents", () => {
      this.#trace!.writer.end();
      this.#trace!.file.close();
    });
    if (problems.length > 0) throw new Error(problems.join("; "));
  }

  get #hasHeapTools(): boolean {
    return this.#request.collector.tools !== "off";
  }

  /** The heap as it is when the program has ended, before CPython dismantles itself; or why it can't be told. */
  #lastLook(): HeapGraph | Error | undefined {
    const { snapshotOnExit, reportHtml } = this.#request.files;
    if (snapshotOnExit === null && (reportHtml === null || !this.#hasHeapTools)) return undefined;
    try {
      return this.#moult.heap.capture();
    } catch (error) {
      return error as Error;
    }
  }

  #page(facts: RunFacts, graph: HeapGraph | Error | undefined): string {
    const { program: title } = this.#request;
    const heap = graph === undefined || graph instanceof Error ? undefined : heapData(graph, this.#before);
    return reportPage({ title, report: this.#report.json(facts), series: this.#series.json(), heap });
  }
}

function known(graph: HeapGraph | Error | undefined): HeapGraph {
  if (graph === undefined || graph instanceof Error) throw graph ?? new Error("nothing was captured");
  return graph;
}
