import { visibleText } from '@rack-gateway/audit'
import { asSentences, explanationOf } from '@rack-gateway/errors'
import { type Rack, RackRejectsGateway, ResponseTooLarge } from '@rack-gateway/rack-registry'
import { textField } from '../../json/text-field.ts'
import { JsonOutOfBounds, QuestionTimedOut, type RackStatusResponse, sendQuestion } from '../lookups/rack-question.ts'

/** From a rack's `GET /system`. */
export interface RackStatus {
  /** Empty until the rack has answered. */
  readonly provider: string
  /** `unknown` before the first response, `unreachable` if the last request to the rack failed. */
  readonly status: string
  /** Empty until the rack has answered. */
  readonly version: string
}

export interface RackCheck {
  /** `unreachable`: no response came. `unreadable`: the response was not the status of a rack. */
  readonly state: 'reachable' | 'unreachable' | 'unreadable'
  /** From the last response that was a status. After a failed check, its `status` is `unreachable`. */
  readonly lastSeen: RackStatus
  /** Sentences for people, without addresses; null if the rack is reachable. */
  readonly why: string | null
  /** Milliseconds until the response or the failure. */
  readonly latency: number
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}

export interface RackStatuses {
  /**
   * Returns the last known status at once. If that status is old, or requests to the rack began to fail or to succeed
   * since then, also asks the rack, for the next caller.
   */
  lastSeen(rack: Rack): RackStatus
  /**
   * Asks the rack. If the gateway asked the rack less than 15 s ago, and requests have neither begun to fail nor to
   * succeed since then, returns the result of that question instead.
   */
  check(rack: Rack): Promise<RackCheck>
}

export interface RackStatusesOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Asks a rack for its `GET /system`. @throws as `sendQuestion` */
  readonly askSystem: (rack: Rack) => Promise<RackStatusResponse>
  /** Whether the rack answered the last request of any caller; null before the first request. */
  readonly isReachable: (rack: Rack) => boolean | null
}

/** Milliseconds. Every command of the stock CLI lists the racks first, so a rack is not asked each time. */
const lastSeenMaxAge = 30_000
/** Milliseconds. Shorter than for the lists, because a person asked for the check. */
const checkMaxAge = 15_000
/** Milliseconds. */
const longestWait = 5_000
/** Characters of each field of a status. */
const longestText = 64
/** Bytes. */
const responseLimit = 256 * 1024
/** Members and items of a response. A rack has some hundred parameters. */
const responseEntries = 10_000

/** The gateway itself asks, so no event records the call. */
export function askSystem(rack: Rack): Promise<RackStatusResponse> {
  return sendQuestion(rack, '/system', { timeout: longestWait, limit: responseLimit, entries: responseEntries })
}

const unknownStatus: RackStatus = { provider: '', status: 'unknown', version: '' }

interface RackEntry {
  /** From the last response that was a status. */
  answered: RackStatus
  /** Whether the last question failed. */
  hasFailed: boolean
  /** Whether the rack was reachable when the last question ended. */
  wasReachable: boolean | null
  askedAt: number
  /** The last response, or the response that the gateway waits for; null before the first question. */
  response: Promise<RackCheck> | null
  isAsking: boolean
}

/** Sends a rack at most one question at a time. */
export function createRackStatuses({ now, askSystem, isReachable }: RackStatusesOptions): RackStatuses {
  const entries = new Map<string, RackEntry>()

  function entryOf({ name }: Rack): RackEntry {
    const existing = entries.get(name)
    if (existing) return existing
    const entry = {
      answered: unknownStatus,
      hasFailed: false,
      wasReachable: null,
      askedAt: Number.NEGATIVE_INFINITY,
      response: null,
      isAsking: false,
    }
    entries.set(name, entry)
    return entry
  }

  /** Never rejects. */
  async function ask(rack: Rack, entry: RackEntry): Promise<RackCheck> {
    const startedAt = now()
    const result = await askSystem(rack).then(
      (response) => readResponse(rack, response, entry.answered),
      (error: unknown) => explainFailure(rack, error, entry.answered),
    )
    entry.hasFailed = result.state !== 'reachable'
    if (!entry.hasFailed) entry.answered = result.lastSeen
    entry.wasReachable = isReachable(rack)
    entry.isAsking = false
    return { ...result, latency: Math.max(0, now() - startedAt), checkedAt: now() }
  }

  function askIfOlder(rack: Rack, maxAge: number): Promise<RackCheck> {
    const entry = entryOf(rack)
    const isRecent = now() - entry.askedAt < maxAge && entry.wasReachable === isReachable(rack)
    if (entry.response !== null && (entry.isAsking || isRecent)) return entry.response
    entry.isAsking = true
    entry.askedAt = now()
    entry.response = ask(rack, entry)
    return entry.response
  }

  return {
    lastSeen(rack) {
      void askIfOlder(rack, lastSeenMaxAge)
      const { answered, hasFailed, wasReachable } = entryOf(rack)
      const reachable = isReachable(rack)
      const lastRequestFailed = reachable === wasReachable ? hasFailed : reachable === false
      return lastRequestFailed ? unreachable(answered) : answered
    },
    check: (rack) => askIfOlder(rack, checkMaxAge),
  }
}

type CheckResult = Pick<RackCheck, 'state' | 'lastSeen' | 'why'>

function readResponse(rack: Rack, { status, value }: RackStatusResponse, previous: RackStatus): CheckResult {
  const lastSeen = statusOf(value)
  if (lastSeen !== null) return { state: 'reachable', lastSeen, why: null }
  const why =
    status === 200
      ? notStatus(rack)
      : `The rack ${rack.name} answered with the HTTP status ${status}. Ask an administrator of the gateway to check the rack.`
  return failure(previous, 'unreadable', why)
}

const notStatus = ({ name }: Rack) =>
  `The rack ${name} answered, but not with its status. Ask an administrator of the gateway to check its URL.`

function explainFailure(rack: Rack, error: unknown, previous: RackStatus): CheckResult {
  if ([SyntaxError, JsonOutOfBounds, ResponseTooLarge].some((unreadable) => error instanceof unreadable))
    return failure(previous, 'unreadable', notStatus(rack))
  if (error instanceof RackRejectsGateway) return failure(previous, 'unreadable', error.message)
  const tooSlow = `The rack ${rack.name} did not answer within ${longestWait / 1_000} seconds.`
  if (error instanceof QuestionTimedOut) return failure(previous, 'unreachable', tooSlow)
  // Only the explanation is for callers. Other messages can have addresses.
  const explanation = explanationOf(error)
  const why = explanation === null ? `The rack ${rack.name} cannot be reached.` : asSentences(explanation).reason
  return failure(previous, 'unreachable', why)
}

function failure(previous: RackStatus, state: RackCheck['state'], why: string): CheckResult {
  return { state, lastSeen: unreachable(previous), why }
}

function unreachable({ provider, version }: Pick<RackStatus, 'provider' | 'version'>): RackStatus {
  return { provider, version, status: 'unreachable' }
}

function statusOf(system: unknown): RackStatus | null {
  const [provider, status, version] = ['provider', 'status', 'version'].map((name) => {
    const text = textField(system, name)
    // Pages and terminals show the text.
    return text === null ? null : visibleText(text.slice(0, longestText))
  })
  return status && version ? { provider: provider ?? '', status, version } : null
}
