/** `moult/timeline`: readers of events beside the core. Re-exports only. */
export { type MetricsOptions, prometheusText } from "../events/prometheus.js";
export { type EventReader, follow } from "./follow.js";
export { CLOSING, type TraceEventOptions, TraceEventWriter } from "./trace-events.js";
