/** How figures are written. Pure. */

/** A figure with its unit. @param {number} value @param {string} unit  of python/measure.py, or any other word */
export function written(value, unit) {
  if (unit === "ms") return milliseconds(value);
  if (unit === "bytes") return `${(value / (1 << 20)).toFixed(0)} MiB`;
  if (unit === "x") return `${value.toFixed(2)}x`;
  return group(value);
}

/** @param {number} value */
export function milliseconds(value) {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ms`;
}

/** 0.012 as "1.2 %". @param {number} value */
export function percent(value) {
  return `${(value * 100).toFixed(1)} %`;
}

/** 1234567 as "1,234,567". @param {number} value */
export function group(value) {
  return Math.round(value).toLocaleString("en-US");
}
