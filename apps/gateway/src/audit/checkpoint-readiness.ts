import type { CheckpointerState } from '@rack-gateway/audit/checkpoints'
import type { Readiness } from '../operations/readiness-check.ts'

/** Later than that, something keeps checkpoints from being made. */
const late = 90_000

/** Never takes the gateway out of service: what is recorded stays provable, only later. Anybody may read it, so no place is named. */
export function checkpointsCheck(state: CheckpointerState): Readiness {
  return { name: 'checkpoints', ready: true, detail: [...sentences(state)].join('; ') }
}

function* sentences({ number, age, openAlarms, missingKey, places }: CheckpointerState): Generator<string> {
  if (openAlarms.count > 0) yield alarmSentence(openAlarms)
  if (missingKey !== null) yield 'the log goes on with a signing key that is not here: AUDIT_SIGNING_KEY should hold it'
  if (number === 0) yield 'none yet'
  else yield `number ${number}, ${Math.round(age / 1_000)} s ago${age > late ? ', which is late: see the log' : ''}`
  if (places.length === 0) yield 'unanchored: no copy is kept out of the reach of the database’s owner'
  if (places.length > 0) yield copies(number, places)
}

function alarmSentence({ count, last }: CheckpointerState['openAlarms']): string {
  const when = last === null ? '' : `, last at ${last}`
  return `ALARM: the audit log is not what was recorded and signed (${count} findings that nobody has acknowledged${when}): rack-gateway audit alarms`
}

/** The newest one may be under way. */
function copies(number: number, places: CheckpointerState['places']): string {
  const behind = places.filter((place) => place.problem !== null || place.number < Math.max(1, number - 1))
  const counted = `copies in ${places.length - behind.length} of ${places.length} places`
  const lacking = Math.max(0, ...behind.map((place) => number - place.number))
  return lacking === 0 ? counted : `${counted}, up to ${lacking} are missing: see the log`
}
