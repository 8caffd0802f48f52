import type { LoginPurpose } from '@rack-gateway/database'
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
  readonly purpose: LoginPurpose | null
  readonly user: { readonly id: string; readonly email: string }
  readonly authenticatedAt: Date
}

/** Milliseconds. A session with a purpose is for one command. */
const purposeLife = 600_000

export async function openCliSession(
  change: Change,
  { mint, clock, terms }: CliLoginOptions,
  { login, flow, device, rack, purpose, user, authenticatedAt }: ApprovedLogin,
): Promise<NewCliSession> {
  const now = clock.now()
  const at = authenticatedAt.getTime()
  const requestedExpiry = Math.min(now + (purpose === null ? terms.maxAge : purposeLife), at + terms.lifetime)
  const session = await storeSession(change, mint, {
    user,
    device,
    rack,
    purpose,
    authenticatedAt: at,
    requestedExpiry,
    now,
  })
  const detail = {
    login,
    flow,
    device,
    user: user.id,
    email: user.email,
    session: session.id,
    ...(purpose !== null && { purpose }),
  }
  change.events.push({ kind: 'cli-login.redeemed', principal: change.by, detail })
  return { ...session, renewAt: now + (session.expiresAt - now) / 2 }
}
