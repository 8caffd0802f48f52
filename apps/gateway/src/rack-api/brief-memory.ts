/** Answers of a rack that are believed for a moment. One question at a time for each key. */
export interface BriefMemory<T> {
  /** @param worthKeeping an answer that isn't is given once and asked again */
  recall(key: string, ask: () => Promise<T>, worthKeeping: (answer: T) => boolean): Promise<T>
}

const maxAge = 10_000
const capacity = 10_000

export function createBriefMemory<T>(now: () => number): BriefMemory<T> {
  const known = new Map<string, { readonly answer: Promise<T>; readonly until: number }>()

  return {
    recall(key, ask, worthKeeping) {
      const found = known.get(key)
      if (found && found.until > now()) return found.answer
      const answer = ask()
      known.delete(key)
      known.set(key, { answer, until: now() + maxAge })
      const forget = () => known.get(key)?.answer === answer && known.delete(key)
      answer.then((value) => worthKeeping(value) || forget(), forget)
      const oldest = known.size > capacity ? known.keys().next().value : undefined
      if (oldest !== undefined) known.delete(oldest)
      return answer
    },
  }
}
