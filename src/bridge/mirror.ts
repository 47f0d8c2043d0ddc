/**
 * The mirror: what PyProxies reach through Python, drawn again in the JavaScript heap. A mirror node is an array of
 * JavaScript objects and other nodes; it hangs on the target that Pyodide registered for a PyProxy, by a WeakMap. So
 * V8 sees the whole of a cycle through both heaps, and a slot that is mirrored need not be strong.
 *
 *     target ─(WeakMap)─▶ [ JavaScript object, JavaScript object, node ─▶ [ … ] ]
 */
import type { Trace } from "./tracer.js";

type MirrorNode = unknown[];

/** True when the pair's second word names a slot. */
export const isSlot = (held: number): boolean => (held & 1) === 1;
/** The slot, or the mirror node, that it names. */
export const numberIn = (held: number): number => held >>> 1;

/**
 * Mirrors the edges of `trace`; `targets` belong to the objects that it was asked about. Its only strong references to
 * what is mirrored are gone when it returns, closures included: a compiler of the engine's may hold those for a while.
 */
export function mirror(
  { pairs, mirrors, mirrorOf }: Trace,
  targets: readonly object[],
  values: readonly (object | undefined)[],
): WeakMap<object, MirrorNode> {
  const nodes = Array.from({ length: mirrors }, (): MirrorNode => []);
  for (let i = 0; i < pairs.length; i += 2) {
    const held = pairs[i + 1]!;
    nodes[pairs[i]!]!.push(isSlot(held) ? values[numberIn(held)] : nodes[numberIn(held)]);
  }
  const attached = new WeakMap<object, MirrorNode>();
  for (let i = 0; i < targets.length; i++) {
    const node = nodes[mirrorOf[i]!];
    if (node !== undefined) attached.set(targets[i]!, node);
  }
  nodes.length = 0;
  return attached;
}
