import { createPauses, type Steps } from './steps.ts'

/** Texts that are sorted at once. */
const runLength = 64

/** Sorts texts by their UTF-16 units, as `Array.prototype.sort` does. */
export function* sortInSteps(texts: readonly string[]): Steps<string[]> {
  const isPauseDue = createPauses()
  let runs: string[][] = []
  for (let begin = 0; begin < texts.length; begin += runLength) {
    const run = texts.slice(begin, begin + runLength).sort()
    runs.push(run)
    if (run.some(({ length }) => isPauseDue(length))) yield
  }
  while (runs.length > 1) {
    const merged: string[][] = []
    for (let index = 0; index < runs.length; index += 2)
      merged.push(yield* mergeInSteps(runs[index] ?? [], runs[index + 1] ?? []))
    runs = merged
  }
  return runs[0] ?? []
}

function* mergeInSteps(one: readonly string[], other: readonly string[]): Steps<string[]> {
  const isPauseDue = createPauses()
  const merged: string[] = []
  let [at, otherAt] = [0, 0]
  while (at < one.length || otherAt < other.length) {
    const [text, otherText] = [one[at], other[otherAt]]
    const isOtherNext = text === undefined || (otherText !== undefined && otherText < text)
    const next = isOtherNext ? otherText : text
    if (isOtherNext) otherAt++
    else at++
    if (next === undefined) break
    merged.push(next)
    if (isPauseDue(next.length)) yield
  }
  return merged
}
