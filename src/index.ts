/** Moult's public surface: re-exports only. */
export type * from "./api.js";
export { attach, attachSync } from "./attach.js";
export type { ProbeRow } from "./cpython/probe.js";
export { probe, type RuntimeReport } from "./cpython/runtime-report.js";
export * from "./errors.js";
export type * from "./events/events.js";
export { Report, type RunFacts } from "./events/report.js";
export type { MemoryLimitJson, PauseJson, ReportJson, TotalsJson } from "./events/report-json.js";
export { formatTraceLine } from "./events/trace-line.js";
export { VERSION } from "./version.js";
export { type GcOption, type LoaderWithMoult, type WithMoult, withMoult } from "./with-moult.js";
