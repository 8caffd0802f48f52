import { readCheckpoint } from '../checkpoints/checkpoint.ts'
import type { LogVerifier } from './log-verifier.ts'

/** Merges the log's checkpoints with external copies by number, with one of each in memory. */
export interface CheckpointMerge {
  own(note: string): Promise<void>
  /** Call after the log's last checkpoint. */
  end(): Promise<void>
}

/** @param outside external copies in order of numbers, or null */
export function mergeCheckpoints(verifier: LogVerifier, outside: AsyncIterator<string> | null): CheckpointMerge {
  let pending: { readonly note: string; readonly number: number } | null | undefined

  async function peek() {
    if (pending !== undefined) return pending
    const next = await outside?.next()
    if (next === undefined || next.done) pending = null
    else pending = { note: next.value, number: readCheckpoint(next.value)?.number ?? 0 }
    return pending
  }

  async function takeOutsideBefore(number: number): Promise<void> {
    for (let copy = await peek(); copy !== null && copy.number < number; copy = await peek()) {
      verifier.addCheckpoint(null, copy.note)
      pending = undefined
    }
  }

  return {
    async own(note) {
      const number = readCheckpoint(note)?.number ?? 0
      await takeOutsideBefore(number)
      const copy = await peek()
      const same = copy !== null && copy.number === number
      verifier.addCheckpoint(note, same ? copy.note : null)
      if (same) pending = undefined
    },
    end: () => takeOutsideBefore(Number.POSITIVE_INFINITY),
  }
}
