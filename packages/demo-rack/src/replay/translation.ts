/** Maps the IDs of the recorded rack to the IDs of the current rack. */
export interface Translation {
  /** Replaces every known ID. */
  toCurrent(recorded: string): string
  /** Pairs the IDs of two responses to the same request, in order. Existing pairs stay. */
  learn(recorded: string, present: string): void
}

/** Matches the IDs of builds and releases, of the processes of runs, and of replicas, in this order. */
export const idPattern = /\b[BR][A-Z]{10}\b|\brun-[a-z0-9]{10}\b|\b[a-z]+-[a-z0-9]{9}-[a-z0-9]{5}\b/g

export function createTranslation(): Translation {
  const presentIds = new Map<string, string>()
  return {
    toCurrent: (recorded) => recorded.replace(idPattern, (id) => presentIds.get(id) ?? id),
    learn(recorded, present) {
      const taken = new Set(presentIds.values())
      const before = newIds(recorded, (id) => presentIds.has(id))
      const now = newIds(present, (id) => taken.has(id))
      for (const [index, id] of before.entries()) {
        const partner = now[index]
        if (partner !== undefined && kindOf(id) === kindOf(partner)) presentIds.set(id, partner)
      }
    },
  }
}

function newIds(text: string, isKnown: (id: string) => boolean): string[] {
  return [...new Set(text.match(idPattern) ?? [])].filter((id) => !isKnown(id))
}

function kindOf(id: string): string {
  return id.includes('-') ? id.slice(0, id.indexOf('-')) : id.slice(0, 1)
}
