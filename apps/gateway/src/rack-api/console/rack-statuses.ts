import type { Rack } from '@rack-gateway/rack-registry'
import { textField } from '../rack-question.ts'

/** What a rack said of itself when it last answered. */
export interface RackStatus {
  /** Empty: it never answered. */
  readonly provider: string
  /** `unknown` before the first answer, `unreachable` if the last question failed. */
  readonly status: string
  /** Empty: it never answered. */
  readonly version: string
}

export interface RackStatuses {
  /** Never waits: a newer status is for the next caller. */
  lastSeen(rack: Rack): RackStatus
}

export interface RackStatusesOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Asks a rack for its `GET /system`; null: it answered with an error. */
  readonly askSystem: (rack: Rack) => Promise<unknown>
}

/** Milliseconds. Every command of the stock CLI lists the racks first, so a rack is not asked each time. */
const freshFor = 30_000
const longestText = 64

const unseen: RackStatus = { provider: '', status: 'unknown', version: '' }

interface Seen {
  status: RackStatus
  askedAt: number
  isAsking: boolean
}

/** Remembers the status of each rack, and asks again in the background. */
export function createRackStatuses({ now, askSystem }: RackStatusesOptions): RackStatuses {
  const seen = new Map<string, Seen>()

  function seenOf({ name }: Rack): Seen {
    const known = seen.get(name)
    if (known) return known
    const made = { status: unseen, askedAt: Number.NEGATIVE_INFINITY, isAsking: false }
    seen.set(name, made)
    return made
  }

  async function ask(rack: Rack, known: Seen): Promise<void> {
    known.isAsking = true
    known.askedAt = now()
    try {
      known.status = statusOf(await askSystem(rack))
    } catch {
      known.status = { ...known.status, status: 'unreachable' }
    } finally {
      known.isAsking = false
    }
  }

  return {
    lastSeen(rack) {
      const known = seenOf(rack)
      if (!known.isAsking && now() - known.askedAt >= freshFor) void ask(rack, known)
      return known.status
    },
  }
}

function statusOf(system: unknown): RackStatus {
  const [provider, status, version] = ['provider', 'status', 'version'].map((name) =>
    textField(system, name)?.slice(0, longestText),
  )
  if (!status || !version) throw new Error('the rack did not answer with its status')
  return { provider: provider ?? '', status, version }
}
