/**
 * The example page in a headless Chromium: components with DOM listeners leak in stock Pyodide, and do not with Moult, while
 * Python is entered with every frame and nobody calls the engine's collector.
 */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeInChromium, launchChromium } from "../support/chromium.js";
import { serve } from "./server.js";

const root = join(import.meta.dirname, "../..");
const COMPONENTS = 1000;

interface State {
  readonly made: number;
  readonly died: number;
  readonly slots: number;
  readonly longest: number;
}

describeInChromium("in Chromium", () => {
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    server = await serve(root);
  });
  afterAll(() => server.close());

  /** Opens the page and waits until `until` holds, or for so many seconds after all components were made. */
  async function watch(query: string, seconds: number, until: (state: State) => boolean): Promise<State> {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/examples/browser/components.html?${query}`);
      let madeAt: number | undefined;
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        const state = await page.evaluate<State | undefined>("globalThis.state");
        if (state === undefined || state.made < COMPONENTS) continue;
        madeAt ??= performance.now();
        if (!until(state) && performance.now() - madeAt < 1000 * seconds) continue;
        console.log(
          query,
          state,
          `${((performance.now() - madeAt) / 1000).toFixed(1)} s after the last was made`,
        );
        return state;
      }
    } finally {
      await browser.close();
    }
  }

  test("all components are collected with Moult", async () => {
    const state = await watch(`moult&count=${COMPONENTS}`, 120, ({ died }) => died === COMPONENTS);
    expect(state.died).toBe(COMPONENTS);
    expect(state.slots).toBeLessThan(100);
  });

  test("a page that goes on making components does not grow", async () => {
    const state = await watch("moult", 60, ({ died }) => died >= COMPONENTS);
    expect(state.died).toBeGreaterThanOrEqual(COMPONENTS);
  });

  test("none is collected without", async () => {
    const state = await watch(`stock&count=${COMPONENTS}`, 10, () => false);
    expect(state.died).toBe(0);
    expect(state.slots).toBeGreaterThan(COMPONENTS);
  });
});
