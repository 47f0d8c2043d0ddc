/**
 * Where our options end and Python's program begins. As with `python` itself, everything after the script,
 * `-m module`, `-c code` or `-` belongs to the program, also what looks like an option of ours.
 */
import type { Option } from "commander";

/** The two parts of a command line. */
export interface SplitArguments {
  /** Options of ours, for commander. */
  readonly own: string[];
  /** The program and its arguments, as Python's interpreter takes them; empty when none was named. */
  readonly program: string[];
}

/** Splits the arguments of a command with these options. */
export function splitArguments(options: readonly Option[], args: readonly string[]): SplitArguments {
  const takesValue = new Set(
    options.flatMap((option) => (option.required ? [option.long, option.short] : [])),
  );
  const own: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i]!;
    if (argument === "--") return { own, program: args.slice(i + 1) };
    if (argument === "-" || !argument.startsWith("-")) return { own, program: args.slice(i) };
    const { before, target, wantsNext } = scan(argument, takesValue);
    if (before !== undefined) own.push(before);
    if (target !== undefined) return { own, program: [target, ...args.slice(i + 1)] };
    if (wantsNext && i + 1 < args.length) own.push(args[++i]!);
  }
  return { own, program: [] };
}

/** Looks at one option: "--plan", "--plan=builtin", "-u", "-uB", "-Wignore", "-m", "-mjson.tool", "-um". */
function scan(
  argument: string,
  takesValue: ReadonlySet<string | undefined>,
): { before?: string; target?: string; wantsNext?: boolean } {
  if (argument.startsWith("--")) return { before: argument, wantsNext: takesValue.has(argument) };
  for (let at = 1; at < argument.length; at++) {
    const letter = argument[at]!;
    if (letter === "m" || letter === "c") {
      const target = `-${argument.slice(at)}`;
      return at > 1 ? { before: argument.slice(0, at), target } : { target };
    }
    if (takesValue.has(`-${letter}`)) return { before: argument, wantsNext: at + 1 === argument.length };
  }
  return { before: argument };
}
