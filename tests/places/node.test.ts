/**
 * Moult in the places of Node: main thread, worker thread, several interpreters, a host that compiles nothing, a memory
 * snapshot. `npm run test:places` does the same on other versions of Node.
 */
import { expect, test } from "vitest";
import { askNode, EXPECTED } from "./expected.mjs";

test.each(Object.keys(EXPECTED))("%s", (place) => {
  expect(askNode(process.execPath, place).found).toEqual(EXPECTED[place]);
});
