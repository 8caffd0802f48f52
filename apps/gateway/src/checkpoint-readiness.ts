import type { CheckpointerState } from '@rack-gateway/audit/checkpoints'
import type { Readiness } from './own-api/health.ts'

/** Later than that, something keeps checkpoints from being made. */
const late = 90_000

/** Never takes the gateway out of service: what is recorded stays provable, only later. Anybody may read it, so no place is named. */
export function checkpointsCheck(state: CheckpointerState): Readiness {
  return { name: 'checkpoints', ready: true, detail: [...sentences(state)].join('; ') }
}

function* sentences({ number, age, alarms, missingKey, places }: CheckpointerState): Generator<string> {
  if (alarms > 0) yield `ALARM: the audit log is not what was recorded and signed (${alarms} findings in the log)`
  if (missingKey !== null) yield 'the log goes on with a signing key that is not here: AUDIT_SIGNING_KEY should hold it'
  if (number === 0) yield 'none yet'
  else yield `number ${number}, ${Math.round(age / 1_000)} s ago${age > late ? ', which is late: see the log' : ''}`
  if (places.length === 0) yield 'unanchored: no copy is kept out of the reach of the database’s owner'
  const behind = places.filter(({ number: delivered, problem }) => problem !== null || delivered < number)
  const failing = behind.filter(({ problem }) => problem !== null)
  if (places.length > 0) yield `copies in ${places.length - failing.length} of ${places.length} places`
}
