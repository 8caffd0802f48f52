import { visibleText } from '@rack-gateway/audit'
import { asSentences, explanationOf } from '@rack-gateway/errors'
import { type Rack, ResponseTooLarge } from '@rack-gateway/rack-registry'
import { QuestionTimedOut, type RackAnswer, sendQuestion, textField } from '../lookups/rack-question.ts'

/** The newest `GET /system` response of a rack. */
export interface RackStatus {
  /** Empty: it never answered. */
  readonly provider: string
  /** `unknown` before the first answer, `unreachable` if the last question failed. */
  readonly status: string
  /** Empty: it never answered. */
  readonly version: string
}

/** Whether a rack answers the gateway. */
export interface RackCheck {
  /** `unreachable`: no answer came. `unreadable`: the answer was not the status of a rack. */
  readonly state: 'reachable' | 'unreachable' | 'unreadable'
  /** From the last answer that was a status. */
  readonly lastSeen: RackStatus
  /** Sentences for people, without addresses; null if the rack is reachable. */
  readonly why: string | null
  /** Milliseconds until the answer or the failure. */
  readonly latency: number
  /** Milliseconds since the epoch. */
  readonly checkedAt: number
}

export interface RackStatuses {
  /** Never waits: a newer status is for the next caller. */
  lastSeen(rack: Rack): RackStatus
  /** Asks the rack, unless its last answer is young enough. */
  check(rack: Rack): Promise<RackCheck>
}

export interface RackStatusesOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Asks a rack for its `GET /system`. @throws as `sendQuestion` */
  readonly askSystem: (rack: Rack) => Promise<RackAnswer>
}

/** Milliseconds. Every command of the stock CLI lists the racks first, so a rack is not asked each time. */
const freshFor = 30_000
/** Milliseconds. Shorter, because a person asked. */
const checkFreshFor = 15_000
const longestWait = 5_000
const longestText = 64
const answerLimit = 256 * 1024

/** Asks a rack how it is. It is a question of the gateway itself, so it is no event. */
export function askSystem(rack: Rack): Promise<RackAnswer> {
  return sendQuestion(rack, '/system', { timeout: longestWait, limit: answerLimit })
}

const unseen: RackStatus = { provider: '', status: 'unknown', version: '' }

interface Seen {
  lastSeen: RackStatus
  askedAt: number
  /** The last answer, or the one that is awaited. */
  answer: Promise<RackCheck> | null
  isAsking: boolean
}

/** Remembers the status of each rack, and asks a rack at most once at a time. */
export function createRackStatuses({ now, askSystem }: RackStatusesOptions): RackStatuses {
  const seen = new Map<string, Seen>()

  function seenOf({ name }: Rack): Seen {
    const known = seen.get(name)
    if (known) return known
    const made = { lastSeen: unseen, askedAt: Number.NEGATIVE_INFINITY, answer: null, isAsking: false }
    seen.set(name, made)
    return made
  }

  /** Never rejects. */
  async function ask(rack: Rack, known: Seen): Promise<RackCheck> {
    const startedAt = now()
    const result = await askSystem(rack).then(
      (answer) => readAnswer(rack, answer, known.lastSeen),
      (error: unknown) => explainFailure(rack, error, known.lastSeen),
    )
    known.lastSeen = result.lastSeen
    known.isAsking = false
    return { ...result, latency: Math.max(0, now() - startedAt), checkedAt: now() }
  }

  function askUnlessYoung(rack: Rack, youngFor: number): Promise<RackCheck> {
    const known = seenOf(rack)
    if (known.answer !== null && (known.isAsking || now() - known.askedAt < youngFor)) return known.answer
    known.isAsking = true
    known.askedAt = now()
    known.answer = ask(rack, known)
    return known.answer
  }

  return {
    lastSeen(rack) {
      void askUnlessYoung(rack, freshFor)
      return seenOf(rack).lastSeen
    },
    check: (rack) => askUnlessYoung(rack, checkFreshFor),
  }
}

type Answered = Pick<RackCheck, 'state' | 'lastSeen' | 'why'>

function readAnswer(rack: Rack, { status, value }: RackAnswer, before: RackStatus): Answered {
  const lastSeen = statusOf(value)
  if (lastSeen !== null) return { state: 'reachable', lastSeen, why: null }
  if (status === 401)
    return failure(
      before,
      'unreadable',
      `The rack ${rack.name} rejects the gateway's password. Ask an administrator of the gateway to correct it.`,
    )
  return failure(
    before,
    'unreadable',
    status === 200
      ? notStatus(rack)
      : `The rack ${rack.name} answered with the HTTP status ${status}. Ask an administrator of the gateway to check it.`,
  )
}

const notStatus = ({ name }: Rack) =>
  `The rack ${name} answered, but not with its status. Ask an administrator of the gateway to check its URL.`

function explainFailure(rack: Rack, error: unknown, before: RackStatus): Answered {
  if (error instanceof SyntaxError || error instanceof ResponseTooLarge)
    return failure(before, 'unreadable', notStatus(rack))
  if (error instanceof QuestionTimedOut)
    return failure(before, 'unreachable', `The rack ${rack.name} did not answer within ${longestWait / 1_000} seconds.`)
  // Only the explanation is for callers. Other messages can have addresses.
  const explanation = explanationOf(error)
  const why = explanation === null ? `The rack ${rack.name} cannot be reached.` : asSentences(explanation).reason
  return failure(before, 'unreachable', why)
}

function failure({ provider, version }: RackStatus, state: RackCheck['state'], why: string): Answered {
  return { state, lastSeen: { provider, version, status: 'unreachable' }, why }
}

function statusOf(system: unknown): RackStatus | null {
  const [provider, status, version] = ['provider', 'status', 'version'].map((name) => {
    const text = textField(system, name)
    // Pages and terminals show it.
    return text === null ? null : visibleText(text.slice(0, longestText))
  })
  return status && version ? { provider: provider ?? '', status, version } : null
}
