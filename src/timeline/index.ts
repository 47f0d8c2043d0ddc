/** `moult/timeline`: readers of events beside the core. Re-exports only. */
export { type MetricsOptions, prometheusText } from "../events/prometheus.js";
export type * from "../report-page/data.js";
export { reportPage } from "../report-page/page.js";
export {
  type Interval,
  type Moment,
  type Pause,
  type Range,
  RunSeries,
  type SeriesJson,
} from "../report-page/run-series.js";
export { type EventReader, follow } from "./follow.js";
export { CLOSING, type TraceEventOptions, TraceEventWriter } from "./trace-events.js";
