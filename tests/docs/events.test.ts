/** docs/events.md names every field of the event and of the report. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { Report } from "../../src/events/report.js";
import { formatTraceLine } from "../../src/events/trace-line.js";
import { collection } from "../events/samples.js";

const page = readFileSync("docs/events.md", "utf8");

function fields(value: object): string[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === "object" && inner !== null ? [name, ...fields(inner)] : [name],
  );
}

it.each(
  [...new Set([...fields(collection()), ...fields(new Report().json())])].filter(
    (name) => !/^\d$/.test(name),
  ),
)("docs/events.md describes %s", (name) => expect(page).toContain(`\`${name}\``));

it("docs/events.md shows trace lines as they are", () => {
  expect(page).toContain(`${formatTraceLine(collection())}\n`);
  const builtin = collection({ plan: "builtin", sequence: 1, startedAtMs: 104, generation: 0 });
  expect(page).toContain(`${formatTraceLine(builtin)}\n`);
});
