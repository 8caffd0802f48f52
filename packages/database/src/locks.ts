/** The gateway's advisory locks in a database. Each key has two numbers: `space`, and the lock's own number. `changes` is for changes of identities. */
export const locks = { space: 0x52475721, migrate: 1, checkpoints: 2, retention: 3, changes: 4 } as const
