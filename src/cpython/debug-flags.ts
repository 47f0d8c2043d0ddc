/** The bits of `gc.set_debug`. */
export const DEBUG = { stats: 1, collectable: 2, uncollectable: 4, saveAll: 32 } as const;
