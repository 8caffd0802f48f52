import { type Checkpoint, noCheckpoint, readCheckpoint } from '../signed-notes/checkpoint.ts'
import { isSignedBy } from '../signed-notes/signed-note.ts'
import type { PublicKey } from '../signed-notes/signing-key.ts'
import type { CheckpointFinding, CheckpointProblem } from './findings.ts'

export interface CheckpointChain {
  /**
   * Adds the next checkpoint, in order of numbers. Its successor must link to it, even if the checkpoint has findings.
   * Only an unreadable checkpoint is skipped.
   */
  add(written: string): { readonly checkpoint: Checkpoint | null; readonly findings: readonly CheckpointFinding[] }
  readonly count: number
  readonly first: Checkpoint | null
  readonly last: Checkpoint | null
  /** Each key once, in order of appearance. */
  readonly keys: readonly PublicKey[]
}

/** Verifies checkpoints in order: signatures, links, key changes, and that streams only grow. */
export function createCheckpointChain(): CheckpointChain {
  const keys = new Map<string, PublicKey>()
  let [first, last]: (Checkpoint | null)[] = [null, null]
  let count = 0
  return {
    get count() {
      return count
    },
    get first() {
      return first ?? null
    },
    get last() {
      return last ?? null
    },
    get keys() {
      return [...keys.values()]
    },
    add(written) {
      count++
      const number = (last?.number ?? 0) + 1
      const checkpoint = readCheckpoint(written)
      if (checkpoint === null)
        return { checkpoint, findings: [{ about: 'checkpoint', problem: 'unreadable', number, detail: '' }] }
      const findings = [...problemsOf(checkpoint, last ?? null)].map(([problem, detail]) => ({
        about: 'checkpoint' as const,
        problem,
        number: checkpoint.number,
        detail,
      }))
      keys.set(checkpoint.key.text, checkpoint.key)
      first ??= checkpoint
      last = checkpoint
      return { checkpoint, findings }
    },
  }
}

type Problem = readonly [CheckpointProblem, string]

function* problemsOf(checkpoint: Checkpoint, predecessor: Checkpoint | null): Generator<Problem> {
  if (!isSignedBy(checkpoint.note, checkpoint.key)) yield ['signature', checkpoint.key.id]
  for (const { state, stream } of checkpoint.heads) if (state === 'broken') yield ['broken', stream]
  if (predecessor === null) {
    // An archive may start with a later checkpoint; only number 1 must have no previous one.
    if ((checkpoint.number === 1) !== (checkpoint.previous === noCheckpoint)) yield ['previous', '']
    return
  }
  if (checkpoint.number !== predecessor.number + 1) yield ['gap', String(predecessor.number)]
  else if (checkpoint.previous !== predecessor.hash) yield ['previous', '']
  if (checkpoint.at < predecessor.at) yield ['time', predecessor.at]
  yield* keyProblems(checkpoint, predecessor)
  // After a restore, streams continue from an older checkpoint. `SignedTrees` knows what they must still have.
  if (checkpoint.restored === null) yield* headProblems(checkpoint, predecessor)
}

function* keyProblems({ key, replaces, note }: Checkpoint, predecessor: Checkpoint): Generator<Problem> {
  const changed = key.text !== predecessor.key.text
  if (!changed && replaces === null) return
  const isEndorsed = changed && replaces?.text === predecessor.key.text && isSignedBy(note, predecessor.key)
  if (!isEndorsed) yield ['key', predecessor.key.id]
}

function* headProblems({ heads }: Checkpoint, predecessor: Checkpoint): Generator<Problem> {
  const now = new Map(heads.map((head) => [head.stream, head]))
  for (const old of predecessor.heads) {
    const head = now.get(old.stream)
    const mustContinue = old.state === 'open' || old.state === 'broken'
    if (head === undefined ? mustContinue : head.size < old.size || (head.size === old.size && head.root !== old.root))
      yield ['head', old.stream]
  }
}
