/**
 * Options from `MOULT_*` environment variables. The caller passes the environment: the core does not know
 * where it runs. An empty variable counts as absent, as with Python's own.
 */
import type { MoultOptions } from "../api.js";
import { OptionError } from "../errors.js";
import { allOptions } from "./all.js";
import type { CommandOptions } from "./command.js";
import { parseValue } from "./parse.js";
import { quote } from "./resolve.js";
import { nearest } from "./suggest.js";

const PREFIX = "MOULT_";

/** What the environment says. */
export interface EnvOptions {
  /** The options that are set; a flag given as well goes before. */
  readonly options: MoultOptions & CommandOptions;
  /** One text about all `MOULT_*` variables that mean nothing; undefined when there is none. */
  readonly warning: string | undefined;
}

/** Reads the `MOULT_*` variables. Throws an `OptionError` that names the variable when a value is wrong. */
export function optionsFromEnv(env: Readonly<Record<string, string | undefined>>): EnvOptions {
  const options: Record<string, unknown> = {};
  const known = new Set<string>();
  for (const [name, { env: variable, kind }] of allOptions()) {
    if (variable === undefined) continue;
    known.add(variable);
    const text = env[variable];
    if (text === undefined || text === "") continue;
    const value = parseValue(kind, text);
    if (value === undefined) {
      throw new OptionError(`the variable ${variable} can't be ${quote(text)}; allowed: ${kind.allowed}`);
    }
    options[name] = value;
  }
  const unknown = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !known.has(name));
  return { options, warning: warnAbout(unknown.sort(), [...known]) };
}

function warnAbout(unknown: readonly string[], known: readonly string[]): string | undefined {
  if (unknown.length === 0) return undefined;
  const hints = unknown.map((name) => {
    // Without the prefix: it would make all names look alike.
    const near = nearest(
      name.slice(PREFIX.length),
      known.map((variable) => variable.slice(PREFIX.length)),
    );
    return near === undefined ? name : `${name} (did you mean ${PREFIX}${near}?)`;
  });
  const what = unknown.length === 1 ? "an environment variable" : "environment variables";
  return `ignoring ${what} that Moult does not know: ${hints.join(", ")}; there are: ${known.join(", ")}`;
}
