/** Numbers for people, always with a point as decimal mark: the same text on every machine. */

/** Milliseconds with two decimals, "1.10"; from 100 on with one, from 1000 on with none. */
export function milliseconds(ms: number): string {
  if (ms >= 1000) return ms.toFixed(0);
  return ms.toFixed(ms >= 100 ? 1 : 2);
}

/** Bytes in MiB with one decimal: "31.5 MiB". */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** A share in percent with one decimal: "3.1 %". */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A count with its noun: "1 collection", "2 collections". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A number of bytes for people: "512 B", "2.5 KiB", "1.2 MiB". */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
