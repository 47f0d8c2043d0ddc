/**
 * HTML that can't be broken: whatever stands in a template is escaped, unless it was made by `html` itself. There is no other
 * way to make an `Html`, so that a name from Python has no way to become markup.
 */

/** Markup. */
export class Html {
  readonly text: string;

  /** For constants of this page only: what is passed is trusted. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; lists are joined, false and undefined are nothing. */
export type Content = Html | string | number | false | undefined | readonly Content[];

/** Markup with everything in it escaped that is not markup. */
export function html(texts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(texts.map((text, n) => (n === 0 ? text : textOf(contents[n - 1]) + text)).join(""));
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join("");
  return escapeText(String(content));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What nobody would see, or what would turn the text beside it around. */
const INVISIBLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A character as Python's repr writes it. */
function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** Text for a document or a quoted attribute. */
function escapeText(text: string): string {
  return text.replace(INVISIBLE, escaped).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** A name from Python: set apart, so that one in a script from right to left leaves its neighbours alone. */
export function name(text: string): Html {
  return html`<bdi>${text}</bdi>`;
}
