/** What is to be found in the places of Node, and how a place is asked. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("node.mjs", import.meta.url));

/** Every part of the program for all places works. */
const whole = { python: "314.0.7", allocator: "pool", bridge: "collects", isolated: null };

/** By place what `node.mjs` finds; of stack switching, which engines have or not, nothing. */
export const EXPECTED = {
  main: whole,
  thread: whole,
  several: { plans: ["incremental", "generational", "incremental"], alone: true, others: true, stock: true },
  bare: { ...whole, bridge: "off", refused: "CompileError" },
  snapshot: whole,
};

/**
 * Runs a place with one Node.
 *
 * @returns what was found, and apart from it what tasks that are suspended do: "collects", or "none" without stack switching
 */
export function askNode(node, place) {
  const { suspended, ...found } = JSON.parse(execFileSync(node, [PROGRAM, place], { encoding: "utf8" }));
  return { found, suspended };
}
