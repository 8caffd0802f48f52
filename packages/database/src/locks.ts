/** Our advisory locks in a database: two numbers each, the first one the same for all of them. */
export const locks = { space: 0x52475721, migrate: 1, checkpoints: 2, retention: 3, changes: 4 } as const
