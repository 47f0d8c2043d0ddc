/**
 * Options: typed tables (`options/table.ts`, `options/command.ts`), and what is made from it. Re-exports only.
 */
export { allOptions, flagOf, type NamedOption, type OptionName } from "./options/all.js";
export { bytesOf } from "./options/bytes.js";
export { type CliFlag, cliFlags } from "./options/cli.js";
export { COMMAND_OPTIONS, type CommandOptions } from "./options/command.js";
export { type EnvOptions, optionsFromEnv } from "./options/env.js";
export { checkName, checkValue, type ResolvedOptions, resolveOptions } from "./options/resolve.js";
export {
  API_OPTIONS,
  type ApiOptionName,
  type ChangeableName,
  COMMAND_NAMES,
  type Option,
} from "./options/table.js";
export { OPTION_TEXTS, type OptionText } from "./options/texts.js";
