import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import type { LogVerifier } from './log-verifier.ts'

/** Merges the log's checkpoints with external copies by number. Keeps only one checkpoint and one copy in memory. */
export interface CheckpointMerge {
  /** Adds the log's next checkpoint. */
  add(note: string): Promise<void>
  /** Call after the log's last checkpoint. */
  end(): Promise<void>
}

/** @param copies external copies in order of numbers, or null */
export function mergeCheckpoints(verifier: LogVerifier, copies: AsyncIterator<string> | null): CheckpointMerge {
  let pending: { readonly note: string; readonly number: number } | null | undefined

  async function peek() {
    if (pending !== undefined) return pending
    const next = await copies?.next()
    if (next === undefined || next.done) pending = null
    else pending = { note: next.value, number: readCheckpoint(next.value)?.number ?? 0 }
    return pending
  }

  async function addCopiesBefore(number: number): Promise<void> {
    for (let copy = await peek(); copy !== null && copy.number < number; copy = await peek()) {
      verifier.addCheckpoint(null, copy.note)
      pending = undefined
    }
  }

  return {
    async add(note) {
      const number = readCheckpoint(note)?.number ?? 0
      await addCopiesBefore(number)
      const copy = await peek()
      const same = copy !== null && copy.number === number
      verifier.addCheckpoint(note, same ? copy.note : null)
      if (same) pending = undefined
    },
    end: () => addCopiesBefore(Number.POSITIVE_INFINITY),
  }
}
