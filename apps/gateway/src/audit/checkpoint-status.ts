import type { Checkpoint, CheckpointerState } from '@rack-gateway/audit'
import type { CheckpointStatus } from '@rack-gateway/gateway-api'
import { isLate } from './checkpoint-readiness.ts'

type Copy = CheckpointStatus['copies'][number]

type ShownCheckpoint = Pick<Checkpoint, 'number' | 'at' | 'hash' | 'key' | 'heads'>

/**
 * `checkpoint` is the newest checkpoint of the audit log. `waiting` is the number of events that no checkpoint covers.
 *
 * @param state the state of this process
 * @param otherAlarms the number of open alarms of other kinds than `audit.inconsistent`; null if they were not counted
 */
export function checkpointStatus(
  { checkpoint, waiting }: { readonly checkpoint: ShownCheckpoint | null; readonly waiting: number },
  state: CheckpointerState,
  otherAlarms: number | null,
): CheckpointStatus {
  return {
    checkpoint: checkpoint && describe(checkpoint),
    late: isLate(state),
    waiting,
    // Both count alarms that nobody has acknowledged: `alarms` only those of the kind `audit.inconsistent`, and
    // `openAlarms` those of every kind.
    alarms: state.openInconsistencies.count,
    openAlarms: otherAlarms === null ? null : state.openInconsistencies.count + otherAlarms,
    copies: copiesOf(state, checkpoint?.number ?? 0),
  }
}

/** @param newest the number of the newest checkpoint */
export function copiesOf({ number, destinations }: CheckpointerState, newest = number): Copy[] {
  return destinations.map((copy) => ({ place: copy.destination, number: copy.number, state: copyState(copy, newest) }))
}

const maxHeads = 100

function describe({ number, at, hash, key, heads }: ShownCheckpoint): CheckpointStatus['checkpoint'] {
  return {
    number,
    at,
    hash,
    key: key.text,
    events: heads.reduce((sum, { size }) => sum + size, 0),
    streams: heads.length,
    heads: heads.toSorted((one, other) => (one.stream < other.stream ? 1 : -1)).slice(0, maxHeads),
  }
}

/** Omits the text of the problem, which can name hosts and buckets. */
function copyState(
  { number, problem, differs }: CheckpointerState['destinations'][number],
  newest: number,
): Copy['state'] {
  if (differs) return 'different'
  if (problem !== null) return 'failing'
  // The copy of the newest checkpoint can still be in progress.
  return number >= Math.max(1, newest - 1) ? 'current' : 'behind'
}
