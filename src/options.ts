/**
 * Options: one typed table (`options/table.ts`), and what is made from it. Re-exports only.
 */
export { bytesOf } from "./options/bytes.js";
export { type CliFlag, cliFlags } from "./options/cli.js";
export { type EnvOptions, optionsFromEnv } from "./options/env.js";
export { checkName, checkValue, type ResolvedOptions, resolveOptions } from "./options/resolve.js";
export {
  API_OPTIONS,
  type ApiOptionName,
  allOptions,
  type ChangeableName,
  COMMAND_OPTIONS,
  type CommandOptions,
  type Option,
  type OptionName,
} from "./options/table.js";
export { OPTION_TEXTS, type OptionText } from "./options/texts.js";
