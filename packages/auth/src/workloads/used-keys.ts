/** JWTs that are known to be used up. */
export interface UsedKeys {
  add(useKey: Buffer): void
  has(useKey: Buffer): boolean
}

/** Remembers the newest `capacity` of them: what is used stays used, so nothing here is ever wrong. */
export function createUsedKeys(capacity = 10_000): UsedKeys {
  const known = new Set<string>()
  return {
    add(useKey) {
      const key = useKey.toString('latin1')
      known.delete(key)
      known.add(key)
      if (known.size > capacity) known.delete(known.values().next().value ?? '')
    },
    has: (useKey) => known.has(useKey.toString('latin1')),
  }
}
