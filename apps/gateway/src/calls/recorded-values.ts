import { createHash } from 'node:crypto'
import type { Truncation } from '@rack-gateway/audit'
import {
  type Parameters,
  type RackRoute,
  recordableValuesInSteps,
  redactionPlaceholder,
  type Steps,
  textBytesInSteps,
} from '@rack-gateway/convox-api'
import type { Policy } from '@rack-gateway/rbac-policy'
import { isSecretName, isSecretText } from './secret-values.ts'

export interface ValuesOfCall {
  readonly route: RackRoute
  readonly rack: { readonly name: string; readonly token: string }
  readonly app: string | null
  readonly parameters: Parameters
}

export interface RecordedValues {
  readonly values: Readonly<Record<string, string>>
  /** Names of redacted values: the name is secret, or the value looks like a secret or contains the rack's token. */
  readonly hidden: readonly string[]
  /** Values that are too long: the event has only a digest of each. Above 64 values, one entry has the total number. */
  readonly truncated: readonly Truncation[]
}

type ValuePolicy = Pick<Policy, 'valuesRecorded' | 'isSecretParameter'>

/** An event contains only the names and the number of further values. */
const maxValues = 64
/** In UTF-16 units. */
const maxValueLength = 64 * 1024

/** Null if there are no values that the policy asks to record. */
export function* recordedValues(
  policy: ValuePolicy,
  { route, rack, app, parameters }: ValuesOfCall,
): Steps<RecordedValues | null> {
  const isRecorded = policy.valuesRecorded({ route, rack: rack.name, app })
  if (isRecorded === null) return null
  const values = new Map<string, string>()
  const hidden: string[] = []
  const truncated: Truncation[] = []
  let valuesAboveLimit = 0
  for (const entry of recordableValuesInSteps(parameters)) {
    yield
    if (entry === null) continue
    const [name, value] = entry
    if (!isRecorded(name)) continue
    if (values.size === maxValues && !values.has(name)) {
      valuesAboveLimit++
      continue
    }
    if (isSecretName(policy, name) || (value.length <= maxValueLength && isSecretText(value, rack.token))) {
      hidden.push(name)
      values.set(name, redactionPlaceholder)
    } else if (value.length > maxValueLength) {
      truncated.push(yield* truncationOf(name, value))
      values.set(name, '')
    } else values.set(name, value)
  }
  if (valuesAboveLimit > 0)
    truncated.push({ field: 'parameters.values', length: maxValues + valuesAboveLimit, sha256: '' })
  return values.size === 0 ? null : { values: Object.fromEntries(values), hidden, truncated }
}

function* truncationOf(name: string, value: string): Steps<Truncation> {
  const bytes = yield* textBytesInSteps(value)
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += hashedAtOnce) {
    hash.update(bytes.subarray(at, at + hashedAtOnce))
    yield
  }
  return { field: `parameters.values.${name}`, length: bytes.length, sha256: hash.digest('hex') }
}

/** Bytes. */
const hashedAtOnce = 64 * 1024
