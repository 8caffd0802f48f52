import { type IssuedCredential, storeSession } from '../sessions/sessions.ts'
import type { Change } from '../transactions/change.ts'
import type { CliLoginOptions } from './options.ts'
import type { Flow } from './request.ts'

export interface NewCliSession extends IssuedCredential {
  /** When the CLI should renew the session, in milliseconds since the epoch. */
  readonly renewAt: number
}

export interface ApprovedLogin {
  readonly login: string
  readonly flow: Flow
  readonly device: string
  readonly rack: string | null
  readonly user: { readonly id: string; readonly email: string }
  readonly authenticatedAt: Date
}

export async function openCliSession(
  change: Change,
  { mint, clock, terms }: CliLoginOptions,
  { login, flow, device, rack, user, authenticatedAt }: ApprovedLogin,
): Promise<NewCliSession> {
  const now = clock.now()
  const at = authenticatedAt.getTime()
  const requestedExpiry = Math.min(now + terms.maxAge, at + terms.lifetime)
  const session = await storeSession(change, mint, { user, device, rack, authenticatedAt: at, requestedExpiry, now })
  const detail = { login, flow, device, user: user.id, email: user.email, session: session.id }
  change.events.push({ kind: 'cli-login.redeemed', principal: change.by, detail })
  return { ...session, renewAt: now + (session.expiresAt - now) / 2 }
}
