/** The trace line's fixed format. */
import { describe, expect, it } from "vitest";
import { formatTraceLine } from "../../src/events/trace-line.js";
import { collection } from "./samples.js";

describe("formatTraceLine", () => {
  it("shows when, what, how long by phase, how much, and the memory", () => {
    expect(formatTraceLine(collection())).toBe(
      "gc 12 @3.214s gen2: 0.41+0.22+1.10 ms (mark+trial+dispose), 618203 examined, 5210 candidates, " +
        "2000 freed, 31.5 MiB",
    );
  });

  it("marks a collection that somebody asked for", () => {
    expect(formatTraceLine(collection({ reason: "explicit" }))).toMatch(/ freed, 31\.5 MiB \(forced\)$/);
    expect(formatTraceLine(collection({ reason: "step" }))).toMatch(/ freed, 31\.5 MiB \(step\)$/);
  });

  it("shows uncollectable and resurrected objects when there are any", () => {
    expect(formatTraceLine(collection({ uncollectable: 3, resurrected: 1 }))).toMatch(
      / 2000 freed, 3 uncollectable, 1 resurrected, 31\.5 MiB$/,
    );
  });

  it("shows one time for the built-in collector, which does not say more", () => {
    const event = collection({ plan: "builtin", generation: 0, sequence: 1, startedAtMs: 0 });
    expect(formatTraceLine(event)).toBe("gc 1 @0.000s gen0: 1.80 ms, 2000 freed, 31.5 MiB");
  });

  it("has no line end and no terminal codes", () => {
    expect(formatTraceLine(collection({ uncollectable: 1, reason: "explicit" }))).toMatch(/^[ -~]+$/);
  });
});
