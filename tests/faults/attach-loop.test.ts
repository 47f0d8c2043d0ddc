/** Attaching and detaching again and again, in the middle of everything: nothing is lost, left, or taken and not given back. */
import { expect, test } from "vitest";
import type { PlanName } from "../../src/api.js";
import { attach } from "../../src/attach.js";
import { LINES, loadLine } from "../support/runtimes.js";
import { CHURN } from "./programs.js";

const PLANS: readonly PlanName[] = ["incremental", "generational", "builtin"];
const ROUNDS = 60;

test.each(LINES)("on pyodide %s", async (line) => {
  const pyodide = await loadLine(line);
  pyodide.runPython(`${CHURN}\ngc.set_threshold(100, 5, 5)`);
  const sizes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const moult = await attach(pyodide, {
      plan: PLANS[round % PLANS.length]!,
      verify: 2,
      stress: round % 2 === 0,
    });
    pyodide.runPython("churn(700)");
    // Detached with a cycle in one of its states.
    for (let i = round % 7; i > 0 && moult.plan === "incremental"; i--) moult.step(0);
    pyodide.runPython("churn(30)");
    moult.detach();
    pyodide.runPython("churn(100)");
    if (round % 10 === 9) {
      expect(pyodide.runPython("[whole(), left()]").toJs()).toEqual([true, 0]);
      sizes.push(pyodide.runPython("len(gc.get_objects())") as number);
    }
  }
  expect(Math.max(...sizes.slice(1)) - Math.min(...sizes.slice(1))).toBeLessThan(200);
});
