/** Programs that allocate without end, into a list `kept`. */
import { python } from "../support/runtimes.js";

/**
 * By what they allocate. Strings grow in a dict: on a local variable a failed `text += text` is a bug of CPython
 * 3.14.2's (docs/memory-limit.md), which then goes on with an address of 0.
 */
export const ENDLESS: Readonly<Record<string, string>> = {
  "small objects": "while True: kept.append([])",
  "a giant bytearray": "kept.append(bytearray(300_000_000))",
  "growing strings": "names = {'text': 'x'}\nwhile True: names['text'] += names['text']",
  "many strings": "while True: kept.append('x' * 1000 + str(len(kept)))",
  "cycles that never die": python(`
    while True:
        a = []
        a.append(a)
        kept.append(a)
  `),
  "dicts of dicts": "while True: kept.append({1: {2: {3: {4: {}}}}})",
  "blocks of 100 kB": "while True: kept.append(bytearray(100_000))",
  "many integers": "n = 10**20\nwhile True:\n    n += 1\n    kept.append(n)",
};

/** The lines of a program, indented by so many spaces. */
export function indented(source: string, spaces: number): string {
  return source.replace(/^(?=.)/gm, " ".repeat(spaces));
}

/** Runs one in a function whose handler formats a traceback, and compiles and calls something while all is kept. */
export function handled(endless: string): string {
  return `
def run():
    kept = []
    try:
${indented(endless, 8)}
    except MemoryError:
        import traceback
        text = traceback.format_exc()
        names = {}
        exec("class A:\\n    def f(self): return [x for x in range(10)]\\nr = A().f()", names)
        return text.splitlines()[-1] + f" {names['r'][-1]}"
run()
`;
}

/** Runs one at the top level: what it kept stays there. */
export function unhandled(endless: string): string {
  return `kept = []\ndef run():\n${indented(endless, 4)}\nrun()`;
}
