/** Keys of advisory locks: `space`, then the number of the lock. `changes` is for changes of identities. */
export const locks = { space: 0x52475721, migrate: 1, checkpoints: 2, retention: 3, changes: 4 } as const
