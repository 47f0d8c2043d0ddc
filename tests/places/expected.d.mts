export const EXPECTED: Readonly<Record<string, object>>;
export function askNode(node: string, place: string): { found: object; suspended?: "collects" | "none" };
