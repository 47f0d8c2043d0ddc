/** Numbers for the page, always with their unit, the same on every machine. */

/** A whole number with its thousands apart: "1,234,567". */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The same with its sign. */
export function change(value: number): string {
  return value > 0 ? `+${count(value)}` : value < 0 ? `\u2212${count(-value)}` : "0";
}

const UNITS = ["B", "KiB", "MiB", "GiB"];

/** Bytes in the unit that suits them: "512 B", "31.5 MiB". */
export function bytes(value: number): string {
  if (value < 0) return `\u2212${bytes(-value)}`;
  let unit = 0;
  let shown = value;
  while (shown >= 1024 && unit < UNITS.length - 1) {
    shown /= 1024;
    unit++;
  }
  return `${unit === 0 ? count(shown) : shown.toFixed(1)} ${UNITS[unit]}`;
}

/** The same for a round number: "64 ms", "0.1 ms". */
export function roundTime(ms: number): string {
  const shown = time(ms);
  return shown.includes(".") ? shown.replace(/\.?0+ /, " ") : shown;
}

/** Milliseconds in the unit that suits them: "85 µs", "1.25 ms", "3.4 s", "12 min". */
export function time(ms: number): string {
  if (ms < 0.0995) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 100) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${(ms / 60_000).toFixed(0)} min`;
}
