import type { Limits } from '@rack-gateway/config'
import type { RackRoute } from '@rack-gateway/convox-api'
import { TooManyCalls } from '../../errors.ts'
import { createFairLimit, type FairLimit } from '../../rate-limits/fair-limit.ts'
import { formLimit } from '../body.ts'

/** Which connections to the rack a call uses. */
export type CallKind = 'call' | 'transfer' | 'websocket'

export interface CallLimits {
  of(rack: string, kind: CallKind): FairLimit
  /** Bytes of large responses in memory. */
  readonly memory: FairLimit
  /** Bytes of large forms in memory. */
  readonly forms: FairLimit
}

/** The size of the largest response that is masked, in bytes. */
export const maskLimit = 16 * 1024 * 1024

/**
 * For each principal, the limit of waiting calls equals the limit of calls in progress.
 * A WebSocket above the limit never waits, because the open WebSockets can stay open for hours.
 */
export function createCallLimits(racks: readonly string[], limits: Limits): CallLimits {
  const limitsByKind = new Map<string, FairLimit>()
  for (const rack of racks) {
    const { callsPerPrincipal, transfersPerPrincipal, websocketsPerPrincipal } = limits
    function add(kind: CallKind, what: string, perPrincipal: number, total: number, waiting: number): void {
      const refusal = (reached: 'principal' | 'total') => tooMany(rack, what, reached, { perPrincipal, total })
      limitsByKind.set(`${kind} ${rack}`, createFairLimit({ perPrincipal, total, waiting, refusal }))
    }
    add('call', 'calls', callsPerPrincipal, limits.callsPerRack, callsPerPrincipal)
    add('transfer', 'uploads and downloads', transfersPerPrincipal, limits.transfersPerRack, transfersPerPrincipal)
    add('websocket', 'WebSockets', websocketsPerPrincipal, Number.POSITIVE_INFINITY, 0)
  }
  return {
    of(rack, kind) {
      const limit = limitsByKind.get(`${kind} ${rack}`)
      if (limit === undefined) throw new Error(`there are no limits for the rack ${rack}`)
      return limit
    },
    memory: createFairLimit({
      perPrincipal: Math.max(maskLimit, limits.maskMemory / 2),
      total: Math.max(maskLimit, limits.maskMemory),
      waiting: limits.callsPerPrincipal,
      refusal: () => noMemory('responses'),
    }),
    forms: createFairLimit({
      perPrincipal: 2 * formLimit,
      total: 16 * formLimit,
      waiting: limits.callsPerPrincipal,
      refusal: () => noMemory('forms'),
    }),
  }
}

export function kindOfCall({ kind, body, mask }: RackRoute): CallKind {
  if (kind === 'websocket') return 'websocket'
  return body === 'raw' || mask === 'opaque' || mask === 'stream' ? 'transfer' : 'call'
}

interface LimitSizes {
  readonly perPrincipal: number
  readonly total: number
}

/** Seconds. */
const retryAfter = 5

function tooMany(
  rack: string,
  what: string,
  reached: 'principal' | 'total',
  { perPrincipal, total }: LimitSizes,
): Error {
  const reason =
    reached === 'principal'
      ? `You already have ${perPrincipal} ${what} in progress on the rack ${rack}, which is the limit for one caller.`
      : `${total} ${what} are in progress on the rack ${rack}, which is the limit for all callers together.`
  return limitReached(reason, `Try again in ${retryAfter} s, or when some of them have ended.`)
}

function noMemory(kind: 'responses' | 'forms'): Error {
  const reason = `The gateway already has as many large ${kind} in memory as its limit allows.`
  return limitReached(reason, `Try again in ${retryAfter} s, or with less at once.`)
}

function limitReached(reason: string, remedy: string): Error {
  return new TooManyCalls(reason, remedy, { rule: 'call-limit', retryAfter })
}
