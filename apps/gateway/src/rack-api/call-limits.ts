import type { RackRoute } from '@rack-gateway/convox-api'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { Limits } from '../limits.ts'
import { type CallLimit, createCallLimit } from './call-limit.ts'

/** Which connections to the rack a call uses. */
export type CallKind = 'call' | 'transfer' | 'websocket'

export interface CallLimits {
  of(rack: string, kind: CallKind): CallLimit
}

/** As many calls may wait as may be in flight. A WebSocket can stay for hours, so that none waits for another one's end. */
export function createCallLimits(racks: readonly string[], limits: Limits): CallLimits {
  const made = new Map<string, CallLimit>()
  for (const rack of racks) {
    const { callsPerPrincipal, transfersPerPrincipal, websocketsPerPrincipal } = limits
    const add = (kind: CallKind, what: string, perPrincipal: number, total: number, waiting: number) =>
      made.set(`${kind} ${rack}`, createCallLimit({ rack, what, perPrincipal, total, waiting }))
    add('call', 'calls', callsPerPrincipal, limits.callsPerRack, callsPerPrincipal)
    add('transfer', 'uploads and downloads', transfersPerPrincipal, limits.transfersPerRack, transfersPerPrincipal)
    add('websocket', 'WebSockets', websocketsPerPrincipal, Number.POSITIVE_INFINITY, 0)
  }
  return {
    of(rack, kind) {
      const limit = made.get(`${kind} ${rack}`)
      if (limit === undefined) throw new Error(`there are no limits for the rack ${rack}`)
      return limit
    },
  }
}

export function kindOfCall({ kind, body, mask }: RackRoute): CallKind {
  if (kind === 'websocket') return 'websocket'
  return body === 'raw' || mask === 'opaque' || mask === 'stream' ? 'transfer' : 'call'
}

/** A person's tokens count as the person, and the sessions of one repository's jobs as that repository: nobody gets more by another credential. */
export function countedAs({ id, owner, trust }: Principal): string {
  if (trust !== undefined) return `${trust.id} ${trust.subject}`
  return owner?.kind === 'user' ? owner.id : id
}
