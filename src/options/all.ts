/** All options, those of the command line too, and what they are called there. */
import { COMMAND_OPTIONS } from "./command.js";
import { API_OPTIONS, type ApiOptionName, type Option } from "./table.js";

/** Names of all options. */
export type OptionName = ApiOptionName | keyof typeof COMMAND_OPTIONS;

/** An option, and what it is called outside of programs. */
export interface NamedOption extends Option<unknown> {
  /** The flag without its argument, e.g. "--plan"; undefined: not on the command line. */
  readonly flag: string | undefined;
  /** The environment variable; undefined: none. */
  readonly env: string | undefined;
}

/** No text stands for a compiled module. */
const WITHOUT_TEXT: readonly OptionName[] = ["kernel"];
/** Of those that only the command line has, what somebody may want for every run. */
const WITH_VARIABLE: readonly OptionName[] = ["runtime", "trace"];

/** The flag of an option: `--pause-goal` for `pauseGoal`. */
export function flagOf(name: OptionName): string {
  return `--${wordsOf(name).join("-")}`;
}

/** The variable of an option: `MOULT_PAUSE_GOAL` for `pauseGoal`. */
function variableOf(name: OptionName): string {
  return `MOULT_${wordsOf(name).join("_").toUpperCase()}`;
}

function wordsOf(name: OptionName): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}

/** All options in the order in which they are documented. */
export function allOptions(): [OptionName, NamedOption][] {
  // Kind<T> is invariant on purpose; readers of the whole table hand back only values that `is` let pass.
  const table = { ...API_OPTIONS, ...COMMAND_OPTIONS } as unknown as Record<OptionName, Option<unknown>>;
  return (Object.keys(table) as OptionName[]).map((name) => {
    const hasVariable = Object.hasOwn(API_OPTIONS, name) || WITH_VARIABLE.includes(name);
    const hasText = !WITHOUT_TEXT.includes(name);
    return [
      name,
      {
        ...table[name],
        flag: hasText ? flagOf(name) : undefined,
        env: hasText && hasVariable ? variableOf(name) : undefined,
      },
    ];
  });
}
