import type { EffectiveAnswer } from './ask-effective.ts'
import { readSnapshot, type Snapshot } from './snapshot.ts'
import type { FoundAnswer, SnapshotFile } from './snapshot-file.ts'

/** What is kept, and where. */
export interface Known {
  readonly file: SnapshotFile
  /** Null where nothing is kept that anybody may be refused by. */
  readonly kept: FoundAnswer | null
}

/** Keeps what the gateway said. Only what can be read is kept. @returns what is new of it */
export function keep({ file, kept }: Known, answer: EffectiveAnswer, now: number): Snapshot | null {
  if (answer.kind === 'same' && kept !== null) file.write({ ...kept, checkedAt: now })
  const snapshot = answer.kind === 'changed' ? readSnapshot(answer.text) : null
  if (answer.kind === 'changed' && snapshot !== null) file.write({ tag: answer.tag, text: answer.text, checkedAt: now })
  return snapshot
}
