/** The users who override a freeze, and the end of each override. */
export interface Overrides {
  /** Stores an override. @param until its end, in milliseconds since the epoch */
  open(user: string, rack: string, until: number): void | Promise<void>
  /** @returns the end of the override in milliseconds since the epoch, even if it is in the past; null without one */
  openUntil(user: string, rack: string): number | null | Promise<number | null>
}

/** Overrides in the memory of one gateway process. A restart deletes them, and other replicas do not have them. */
export function createOverrides(): Overrides {
  const known = new Map<string, number>()
  const keyOf = (user: string, rack: string) => JSON.stringify([user, rack])
  return {
    open(user, rack, until) {
      known.set(keyOf(user, rack), until)
    },
    openUntil: (user, rack) => known.get(keyOf(user, rack)) ?? null,
  }
}
