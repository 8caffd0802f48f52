import type { CheckpointerState } from '@rack-gateway/audit'
import type { Readiness } from '../readiness/readiness-check.ts'

/** Milliseconds. An older checkpoint means that checkpoints fail. */
const maxAge = 90_000

/**
 * Never makes the gateway unready, because events can be signed later.
 * Names no storage, because unauthenticated callers can read the result.
 */
export function checkpointsCheck(state: CheckpointerState): Readiness {
  const remedies = [...remediesFor(state)]
  const remedy = remedies.length === 0 ? null : remedies.join(' ')
  return { name: 'checkpoints', ready: true, detail: [...sentences(state)].join('; '), remedy }
}

function* remediesFor(state: CheckpointerState): Generator<string> {
  const { number, age, openInconsistencies, missingKey, verifierFailed, destinations } = state
  if (openInconsistencies.count > 0)
    yield 'Run rack-gateway audit alarms, and find the cause before you acknowledge an alarm.'
  if (missingKey !== null) yield 'Add the newer key to AUDIT_SIGNING_KEY.'
  if (verifierFailed || isLate({ number, age })) yield 'The log of the gateway says why no checkpoint was made.'
  if (destinations.length === 0)
    yield 'Set AUDIT_CHECKPOINT_DIR, AUDIT_CHECKPOINT_S3, or AUDIT_CHECKPOINT_WEBHOOK, so that copies of checkpoints are kept outside of the database.'
  if (behindOf(number, destinations).length > 0)
    yield 'Check the storage of the copies. The log of the gateway has the cause.'
}

/** A copy of the newest checkpoint can still be in progress. */
function behindOf(number: number, destinations: CheckpointerState['destinations']) {
  return destinations.filter(
    (destination) => destination.problem !== null || destination.number < Math.max(1, number - 1),
  )
}

export function isLate({ number, age }: Pick<CheckpointerState, 'number' | 'age'>): boolean {
  return number > 0 && age > maxAge
}

function* sentences(state: CheckpointerState): Generator<string> {
  const { number, age, openInconsistencies, missingKey, verifierFailed, destinations } = state
  if (openInconsistencies.count > 0) yield alarmSentence(openInconsistencies)
  if (missingKey !== null)
    yield 'the audit log has a newer signing key that this process does not have: add it to AUDIT_SIGNING_KEY'
  if (verifierFailed) yield 'events cannot be verified, so this process makes no checkpoint: see the log'
  if (number === 0) yield 'none yet'
  else
    yield `number ${number}, ${Math.round(age / 1_000)} s ago${isLate({ number, age }) ? ', which is late: see the log' : ''}`
  if (destinations.length === 0) yield 'unanchored: no copy is out of reach of the database’s owner'
  if (destinations.length > 0) yield copies(number, destinations)
}

function alarmSentence({ count, last }: CheckpointerState['openInconsistencies']): string {
  const when = last === null ? '' : `, last at ${last}`
  return `ALARM: the audit log is not what was recorded and signed (${count} findings that nobody has acknowledged${when}): rack-gateway audit alarms`
}

function copies(number: number, destinations: CheckpointerState['destinations']): string {
  const behind = behindOf(number, destinations)
  const copiesText = `copies in ${destinations.length - behind.length} of ${destinations.length} places`
  const missingCopies = Math.max(0, ...behind.map((destination) => number - destination.number))
  return missingCopies === 0 ? copiesText : `${copiesText}, up to ${missingCopies} are missing: see the log`
}
