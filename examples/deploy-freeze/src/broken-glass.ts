/** For whom the glass is broken, and until when. */
export interface BrokenGlass {
  /** @param until milliseconds since the epoch */
  open(person: string, rack: string, until: number): void | Promise<void>
  /** Milliseconds since the epoch; null where it isn't broken. */
  openUntil(person: string, rack: string): number | null | Promise<number | null>
}

/** In the memory of one gateway process: a restart forgets it, and another replica doesn't know it. */
export function brokenGlassInMemory(): BrokenGlass {
  const known = new Map<string, number>()
  const keyOf = (person: string, rack: string) => JSON.stringify([person, rack])
  return {
    open(person, rack, until) {
      known.set(keyOf(person, rack), until)
    },
    openUntil: (person, rack) => known.get(keyOf(person, rack)) ?? null,
  }
}
