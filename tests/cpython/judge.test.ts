/** Verdicts on made-up rounds: what is a difference, what is flaky, what was known. */
import { describe, expect, test } from "vitest";

interface Outcome {
  outcome: string;
  causes: string[];
  message: string;
}
interface Round {
  stock: Map<string, Outcome>;
  attached: Map<string, Outcome>;
}
interface Known {
  id: string;
  stock: string;
  attached: string;
  reason: string;
}
interface Judge {
  judge(rounds: Round[], known: Map<string, Known>): { verdicts: { kind: string }[]; undecided: boolean };
}

// The runner is plain JavaScript, for Node 20 runs no TypeScript: hence the cast.
const { judge } = (await import(new URL("./judge.mjs", import.meta.url).href)) as Judge;

const side = (text: string) => {
  const [outcome = "", ...causes] = text.split(" ");
  return new Map(outcome === "" ? [] : [["t", { outcome, causes, message: `${Math.random()}` }]]);
};

/** "pass/fail X" is a round in which stock passed and attached failed by exception X. */
function verdict(rounds: string[], known?: Omit<Known, "id" | "reason">) {
  const parsed = rounds.map((round) => {
    const [stock = "", attached = ""] = round.split("/");
    return { stock: side(stock), attached: side(attached) };
  });
  const list = known === undefined ? [] : [["t", { id: "t", reason: "known", ...known }] as const];
  const { verdicts, undecided } = judge(parsed, new Map(list));
  return undecided ? "undecided" : verdicts[0]?.kind;
}

describe("verdicts", () => {
  test.each([
    [["pass/pass"], "same"],
    [["fail A/fail A"], "same"],
    [["pass/fail A"], "undecided"],
    [["fail A/fail B"], "undecided"],
    [["fail A/fail A A"], "undecided"],
    [["pass/"], "undecided"],
    [["pass/fail A", "pass/fail A"], "difference"],
    [["pass/fail A", "pass/pass"], "undecided"],
    [["pass/fail A", "pass/pass", "pass/fail A"], "difference"],
    [["pass/fail A", "pass/pass", "pass/pass"], "unsteady"],
    [["pass/fail A", "fail A/fail A"], "flaky"],
    [["pass/crash"], "undecided"],
    [["pass/crash", "crash/crash"], "flaky"],
    [["pass/crash", "pass/pass", "pass/pass"], "difference"],
    [["crash/pass", "crash/pass"], "difference"],
  ])("%j: %s", (rounds, kind) => {
    expect(verdict(rounds)).toBe(kind);
  });

  test("a listed difference is one only with the outcomes that are listed", () => {
    const known = { stock: "fail", attached: "pass" };
    expect(verdict(["fail A/pass"], known)).toBe("listed");
    expect(verdict(["pass/fail A", "pass/fail A"], known)).toBe("difference");
    expect(verdict(["pass/pass"], known)).toBe("same");
  });
});
