/** Options as flags: a description to feed a command-line parser with; it knows no particular one. */
import { OptionError } from "../errors.js";
import { allOptions, type OptionName } from "./all.js";
import { parseValue } from "./parse.js";
import { quote } from "./resolve.js";
import { OPTION_TEXTS } from "./texts.js";

/** One flag of the command line. */
export interface CliFlag {
  /** The field that the parsed value goes to. */
  readonly name: OptionName;
  /** In commander's notation: "--plan <name>" or "--trace". */
  readonly flags: string;
  readonly description: string;
  /** The allowed words, where they are few. */
  readonly choices: readonly string[] | undefined;
  /** The default as help shows it; undefined for "off" and "none". */
  readonly defaultText: string | undefined;
  /** The variable that sets the same option. */
  readonly env: string | undefined;
  /** Reads the flag's argument. Throws an `OptionError`; not needed for a switch. */
  readonly parse: (text: string) => unknown;
}

/** The flags of all options that the command line has, in the order of the table. */
export function cliFlags(): readonly CliFlag[] {
  return allOptions().flatMap(([name, option]) => {
    const { kind, flag } = option;
    if (flag === undefined) return [];
    const { argument, summary } = OPTION_TEXTS[name];
    return {
      name,
      flags: argument === undefined ? flag : `${flag} ${argument}`,
      description: summary,
      choices: kind.choices,
      defaultText:
        option.default === undefined || option.default === false ? undefined : String(option.default),
      env: option.env,
      parse: (text: string) => {
        const value = parseValue(kind, text);
        if (value !== undefined) return value;
        throw new OptionError(`${flag} can't be ${quote(text)}; allowed: ${kind.allowed}`);
      },
    };
  });
}
