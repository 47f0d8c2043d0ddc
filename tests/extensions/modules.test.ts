/**
 * Objects of C extensions, and cycles through them: a dead cycle is freed exactly once, a live one keeps
 * its contents through many collections, and every collector agrees with CPython's own.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Facts, facts, type Host, install, lines, load, type Scenario, whyMissing } from "./harness.js";

/** What CPython's own collector must do for the scenario to mean anything. */
function checkStock(scenario: Scenario, { dead, live, garbage, ...other }: Facts) {
  const freed = scenario.expect !== "kept";
  for (const state of [dead, other["dead, finalizer"]]) {
    expect(state).toMatchObject({ freed, callbacks: freed ? 1 : 0 });
    expect(state["only a collector frees it"]).toBe(true);
  }
  expect(live).toMatchObject({ survived: true, "same contents": [true, true, true, true] });
  expect(live["freed afterwards"]).toBe(freed);
  expect(other["dead, finalizer"].finalized).toBe(freed ? 1 : 0);
  expect(garbage).toBe(0);
}

for (const line of lines) {
  const truth = new Map<string, Facts>();
  const stock = await load(line, "stock");
  const scenarios = await install(stock);

  const each = (body: (scenario: Scenario) => void) => {
    for (const scenario of scenarios) {
      if (scenario.missing === null) test(scenario.name, () => body(scenario));
      else test.skip(`${scenario.name} (${whyMissing(line, scenario.missing)})`, () => {});
    }
  };

  describe(`CPython ${line.python}, its own collector`, () => {
    each((scenario) => {
      const found = facts(stock, scenario.name);
      truth.set(scenario.name, found);
      checkStock(scenario, found);
    });
  });

  describe.each(line.plans)(`CPython ${line.python}, plan %s`, (plan) => {
    let host: Host;
    beforeAll(async () => {
      host = await load(line, plan);
      await install(host);
    });
    afterAll(() => void host.moult?.detach());
    each((scenario) => expect(facts(host, scenario.name)).toEqual(truth.get(scenario.name)));
  });
}
