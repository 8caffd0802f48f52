import type { AccessRequestState } from '@rack-gateway/database'
import type { DecidingGrant } from '@rack-gateway/rbac-policy'
import { withTimeout } from '@rack-gateway/time'
import type { Sql } from 'postgres'
import { sanitizeText } from '../../error-responses/sanitize-text.ts'
import { clockTime } from './clock-time.ts'

export interface GrantEndingsOptions {
  readonly sql: Sql
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Finds out why a grant no longer allows a call. @returns a sentence; null if the grant still lasts or is unknown */
export type ExplainGrantEnd = (grant: DecidingGrant) => Promise<string | null>

/** Milliseconds. The call must end within a second, even if the database does not respond. */
const lookupTimeout = 500

interface EndedRequest {
  readonly state: AccessRequestState
  readonly until: Date
  readonly ended_by_name: string | null
  readonly end_note: string | null
}

export function createGrantEndings({ sql, now, onError }: GrantEndingsOptions): ExplainGrantEnd {
  async function find({ id }: DecidingGrant): Promise<EndedRequest | null> {
    const [found] = await sql<EndedRequest[]>`
      select state, coalesce(ended_at, grant_until) as until, ended_by_name, end_note
      from gateway.access_requests where id = ${id}`
    return found ?? null
  }

  return async function explainGrantEnd(grant) {
    // Until then, the grant allowed the call at each review, so that nobody had revoked it.
    if (grant.expiresAt <= now()) return endSentence(grant.id, grant.expiresAt)
    const found = await withTimeout(find(grant), lookupTimeout, () => null).catch((error: unknown) => {
      onError(error)
      return null
    })
    if (found === null) return null
    if (found.state === 'revoked') return revocationSentence(grant.id, found)
    return found.until.getTime() <= now() ? endSentence(grant.id, found.until.getTime()) : null
  }
}

function endSentence(id: string, at: number): string {
  return `Your access by the request ${id} ended at ${clockTime(at)}.`
}

function revocationSentence(id: string, { ended_by_name: name, end_note: note }: EndedRequest): string {
  const by = name === null ? '' : ` by ${name}`
  const quoted = note === null ? '.' : `: "${note.replaceAll('"', "'")}".`
  return sanitizeText(`Your access by the request ${id} was revoked${by}${quoted}`)
}
