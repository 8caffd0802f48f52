import { type ConcurrencyLimit, SearchBusy } from '@rack-gateway/audit'
import { type Limits, limitsOfResource, type ResourceLimits, type ResourceName, resources } from '@rack-gateway/config'
import { TooManyCalls, TooManyRequests } from '../errors/errors.ts'
import { createFairLimit, type FairLimit, type ReachedLimit } from './fair-limit.ts'
import type { MemoryMark } from './memory-mark.ts'

/** The limits that a rack has for each kind of call. */
export type CallKind = 'calls' | 'transfers' | 'websockets'

const readings = [
  'searches',
  'changeSearches',
  'followers',
  'recordingReaders',
  'exports',
  'logReadings',
  'proofs',
  'silentChecks',
] as const satisfies readonly ResourceName[]
type Reading = (typeof readings)[number]

/**
 * What callers share. The gateway asks the account before the work that needs a resource.
 * `packages/config/src/server/resources.ts` has the limits. Connections are counted where they are accepted.
 */
export interface ResourceAccount {
  readonly bodies: FairLimit
  readonly responses: FairLimit
  readonly children: FairLimit
  readonly denials: FairLimit
  /** Readings of the audit log and of recordings, and checks that wait. A caller above a limit does not wait. */
  readonly readings: Readonly<Record<Reading, ConcurrencyLimit>>
  ofRack(rack: string, kind: CallKind): FairLimit
}

/** Bytes. Above the high-water mark of the memory, the gateway still accepts smaller bodies and responses. */
const smallBody = 64 * 1024

/**
 * Bytes that a body needs while it is read and checked: texts, maps, and the form for the rack. Measured with forms of
 * 4 MiB.
 */
export function memoryOfBody(bytes: number): number {
  return 4 * bytes
}

export function createResourceAccount(limits: Limits, memory: MemoryMark): ResourceAccount {
  const ofRacks = new Map<string, FairLimit>()
  function limitOf(name: ResourceName, rack: string | null = null): FairLimit {
    const numbers = limitsOfResource(name, limits)
    const refusal = (reached: ReachedLimit) => limitReached({ name, rack, numbers, reached })
    return createFairLimit({
      limits: numbers,
      refusal,
      ...(name === 'children' && { longestWait: longestWaitForChild }),
    })
  }
  return {
    bodies: stopAtMark(limitOf('bodies'), memory, memoryOfBody(smallBody)),
    responses: stopAtMark(limitOf('responses'), memory, smallBody),
    children: stopAtMark(limitOf('children'), memory, 0),
    denials: limitOf('denials'),
    readings: Object.fromEntries(readings.map((name) => [name, concurrencyLimit(limitOf(name))])) as Record<
      Reading,
      ConcurrencyLimit
    >,
    ofRack(rack, kind) {
      const key = `${kind} ${rack}`
      const known = ofRacks.get(key)
      if (known !== undefined) return known
      const limit = limitOf(kind, rack)
      ofRacks.set(key, limit)
      return limit
    },
  }
}

/** @throws SearchBusy */
function concurrencyLimit(limit: FairLimit): ConcurrencyLimit {
  return {
    acquire(caller) {
      const payer = { key: caller, isPrincipal: true, site: null }
      const release = limit.take(payer)
      if (release === null) throw limit.refusalFor(payer)
      return () => release()
    },
  }
}

/** While the memory is nearly used up, refuses more than `accepted` at once. */
function stopAtMark(limit: FairLimit, memory: MemoryMark, accepted: number): FairLimit {
  const isRefused = (amount: number) => amount > accepted && memory.isReached()
  return {
    ...limit,
    take: (payer, amount = 1) => (isRefused(amount) ? null : limit.take(payer, amount)),
    wait: (caller, amount = 1) => (isRefused(amount) ? Promise.reject(memoryReached()) : limit.wait(caller, amount)),
  }
}

/** Milliseconds. As long as the longest study takes. */
const longestWaitForChild = 60_000

/** Seconds. */
const retryAfter = 5

export function memoryReached(): Error {
  return new TooManyCalls(
    'The memory of the gateway is nearly used up, so it accepts no large requests and responses.',
    `Try again in ${retryAfter} s.`,
    { rule: 'memory-limit', retryAfter },
  )
}

function childrenReached(reached: ReachedLimit): Error {
  const reason =
    reached === 'own'
      ? 'You are already checking or studying a policy document, and another one of yours waits.'
      : 'Other principals are checking or studying policy documents, and the gateway does one at a time.'
  const remedy = `Retry in ${retryAfter} s, or use "rack-gateway policy check".`
  return new TooManyRequests(reason, remedy, { rule: 'check-limit', retryAfter })
}

function denialsReached(): Error {
  return new TooManyCalls(
    'Too many of your calls were denied at once.',
    `Try again in ${retryAfter} s, and do not repeat denied calls.`,
    { rule: 'call-limit', retryAfter },
  )
}

interface Reached {
  readonly name: ResourceName
  readonly rack: string | null
  readonly numbers: ResourceLimits
  readonly reached: ReachedLimit
}

function limitReached({ name, rack, numbers, reached }: Reached): Error {
  const { what, unit } = resources[name]
  if (isReading(name)) return readingLimitReached(what, numbers, reached)
  if (name === 'denials') return denialsReached()
  if (name === 'children') return childrenReached(reached)
  const details = { rule: 'call-limit', retryAfter }
  if (unit === 'bytes')
    return new TooManyCalls(
      `The gateway already has as many ${what} in memory as its limit allows${reached === 'own' ? ' for one caller' : ''}.`,
      `Try again in ${retryAfter} s, or with less at once.`,
      details,
    )
  const place = rack === null ? '' : ` on the rack ${rack}`
  const reason =
    reached === 'own'
      ? `You already have ${numbers.principal} ${what} in progress${place}, which is the limit for one caller.`
      : `${numbers.process} ${what} are in progress${place}, which is the limit for all callers together.`
  return new TooManyCalls(reason, `Try again in ${retryAfter} s, or when some of them have ended.`, details)
}

function isReading(name: ResourceName): name is Reading {
  return readings.some((reading) => reading === name)
}

function readingLimitReached(what: string, { principal, process }: ResourceLimits, reached: ReachedLimit): Error {
  return reached === 'own'
    ? new SearchBusy(
        `You run as many ${what} as one caller can at this gateway (${principal} of ${process}).`,
        'Wait for one of yours to end, and try again.',
      )
    : new SearchBusy(`Too many ${what} are running at this gateway.`, 'Wait for one to end, and try again.')
}
