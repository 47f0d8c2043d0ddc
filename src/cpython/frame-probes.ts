/**
 * Probes of frames: Python calls a function of ours, which looks at the frames that are then under way.
 *
 *   outer ──▶ inner ──▶ look       thread ─▶ inner ─▶ outer ─▶ … ─▶ a frame of the interpreter's own
 */
import { wordsInUse } from "./frames.js";
import type { GcState } from "./gc-state.js";
import { compare, type ProbeRow } from "./probe.js";

const CODE = `
def inner(look, marker):
    look()
    return marker
def outer(look, marker):
    return [marker, marker, marker, marker, marker, inner(look, marker)]
marker = []
[id(inner.__code__), id(outer.__code__), id(marker)]
`;
/** Words that `outer` has in use: two local variables, and what waits for the last item of its list. */
const IN_USE = 2 + 5;

const TAGS = 3;
/** No Python code under way has more frames than this before one of the interpreter's. */
const SEARCH_LIMIT = 100;

interface Names {
  set(name: string, value: unknown): void;
}

/** Holds live frames against the layout. */
export function probeFrames(state: GcState, namespace: unknown): ProbeRow[] {
  const { runtime } = state;
  const [inner = 0, outer = 0, marker = 0] = runtime.evaluateIntegers(CODE, namespace);
  let rows: ProbeRow[] = [];
  (namespace as Names).set("look", () => {
    rows = readFrames(state, { inner, outer, marker });
  });
  runtime.pyodide.runPython("outer(look, marker); del look", { globals: namespace });
  return rows;
}

interface Expected {
  readonly inner: number;
  readonly outer: number;
  readonly marker: number;
}

function readFrames(state: GcState, expected: Expected): ProbeRow[] {
  const { runtime, layout } = state;
  const reference = (at: number) => (runtime.load(at) & ~TAGS) >>> 0;
  const previous = (frame: number) => runtime.load(frame + state.fact("framePrevious"));
  const owner = (frame: number) => runtime.bytes[frame + state.fact("frameOwner")] ?? 0;
  const thread = runtime.function("PyThreadState_Get")() >>> 0;
  const inner = runtime.load(thread + state.fact("currentFrame"));
  const outer = previous(inner);
  const locals = state.fact("frameLocals");
  let last = outer;
  for (let i = 0; i < SEARCH_LIMIT && last !== 0 && owner(last) === 0; i++) last = previous(last);
  return [
    compare("frame: code", expected.inner, reference(inner + state.frameExecutable)),
    compare("frame: the one before", expected.outer, reference(outer + state.frameExecutable)),
    compare("frame: second local variable", expected.marker, reference(inner + locals + 4)),
    compare("frame: owner", 0, owner(inner)),
    compare("frame: owner of the interpreter's own", layout.firstInternalFrameOwner, owner(last)),
    compare("frame: words in use", IN_USE, wordsInUse(state, outer)),
  ];
}
