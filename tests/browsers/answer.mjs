/** What a program returned, or why it did not, as JSON. */
export async function answer(program) {
  try {
    return JSON.stringify(await program());
  } catch (error) {
    return JSON.stringify({ error: `${error}\n${error?.stack}` });
  }
}
