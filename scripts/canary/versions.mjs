/** Which published versions are the newest, by semantic versioning: a pre-release comes before its release. */

/**
 * @typedef {object} Version
 * @property {number[]} numbers
 * @property {string[]} stage empty for a release
 */

/**
 * @param {string} text
 * @returns {Version | undefined} undefined for what is no version
 */
export function parseVersion(text) {
  const match = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?$/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, stage] = match;
  return { numbers: [major, minor, patch].map(Number), stage: stage?.split(".") ?? [] };
}

/**
 * Negative when `a` is the older one.
 *
 * @param {Version} a
 * @param {Version} b
 */
export function compareVersions(a, b) {
  for (let i = 0; i < 3; i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.stage.length === 0 || b.stage.length === 0) return b.stage.length - a.stage.length;
  for (let i = 0; i < Math.max(a.stage.length, b.stage.length); i++) {
    const difference = compareParts(a.stage[i], b.stage[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Numbers come before words, and a shorter stage before a longer one that begins with it.
 *
 * @param {string | undefined} a
 * @param {string | undefined} b
 */
function compareParts(a, b) {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOtherNumber) return Number(a) - Number(b);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/**
 * The newest of all, and the newest release where that is another; the newest first.
 *
 * @param {readonly string[]} published
 * @returns {string[]}
 */
export function newestOf(published) {
  const known = published.flatMap((text) => {
    const version = parseVersion(text);
    return version === undefined ? [] : [{ text, version }];
  });
  known.sort((a, b) => compareVersions(b.version, a.version));
  const release = known.find(({ version }) => version.stage.length === 0);
  return [...new Set([known[0], release])].flatMap((found) => (found === undefined ? [] : [found.text]));
}
