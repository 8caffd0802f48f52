/** The users who override a freeze, and the end of each override. */
export interface Overrides {
  /** Stores an override. @param until its end, in milliseconds since the epoch */
  open(person: string, rack: string, until: number): void | Promise<void>
  /** @returns the end of the override in milliseconds since the epoch, even if it is in the past; null without one */
  openUntil(person: string, rack: string): number | null | Promise<number | null>
}

/** Overrides in the memory of one gateway process. A restart deletes them, and other replicas do not have them. */
export function createOverrides(): Overrides {
  const known = new Map<string, number>()
  const keyOf = (person: string, rack: string) => JSON.stringify([person, rack])
  return {
    open(person, rack, until) {
      known.set(keyOf(person, rack), until)
    },
    openUntil: (person, rack) => known.get(keyOf(person, rack)) ?? null,
  }
}
