/** One thing that was looked at to find out whether a runtime is what it seems. */

/** A probe's outcome; `moult doctor` prints these, and a refusal lists those that are not ok. */
export interface ProbeRow {
  readonly probe: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
}

/** Compares two numbers. */
export function compare(probe: string, expected: number, found: number): ProbeRow {
  return { probe, expected: String(expected), found: String(found), ok: expected === found };
}

/** States a condition. */
export function condition(probe: string, ok: boolean, expected: string, found: string): ProbeRow {
  return { probe, expected, found: ok ? expected : found, ok };
}
