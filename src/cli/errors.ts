/** The user asked for something impossible; the message names the cause and the cure. Exit status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}
