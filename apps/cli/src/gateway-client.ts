import type { Secret } from '@rack-gateway/config/client'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { bodyOf, headersWith, parsed } from './gateway-request.ts'

export { bodyOf, parsed } from './gateway-request.ts'

export const deadlineMs = 10_000

/** What the gateway says about the caller: `GET /gateway/api/v1/me`. */
export const Me = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  /** The rack that the token is bound to. */
  rack: Type.Union([Type.String(), Type.Null()]),
  /** Milliseconds since the epoch, or RFC 3339. */
  expiresAt: Type.Union([Type.Integer({ minimum: 0, maximum: 8.64e15 }), Type.String()]),
  /** Those that the caller may use. */
  racks: Type.Array(Type.String()),
  roles: Type.Array(Type.String()),
})
export type Me = Static<typeof Me>

export type MeAnswer =
  | { readonly kind: 'known'; readonly me: Me; readonly expiresAt: string }
  /** The token isn't valid. */
  | { readonly kind: 'refused' }
  /** The gateway has no such address. */
  | { readonly kind: 'unsupported' }
  /** Nothing can be said now: no connection, or a failure of the server's. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** Something answers, but not as a gateway does. */
  | { readonly kind: 'foreign'; readonly reason: string }

/** Asks the gateway who the token's bearer is. Follows no redirect, which could carry the token elsewhere. */
export async function askMe(origin: string, token: Secret): Promise<MeAnswer> {
  try {
    const answer = await fetch(`${origin}/gateway/api/v1/me`, {
      headers: headersWith(token),
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    if (answer.status === 200) return understood(await bodyOf(answer))
    await answer.body?.cancel()
    if (answer.status === 401) return { kind: 'refused' }
    if (answer.status === 404) return { kind: 'unsupported' }
    return {
      kind: answer.status >= 500 ? 'unreachable' : 'foreign',
      reason: `it answered with status ${answer.status}`,
    }
  } catch (error) {
    return { kind: 'unreachable', reason: failure(error) }
  }
}

/** A session's new token: `POST /gateway/api/v1/session/renewal`. */
export const Renewed = Type.Object({
  token: Type.String({ pattern: '^rgs_[A-Za-z0-9]{1,200}$' }),
  expiresAt: Type.String(),
  renewAt: Type.String(),
})
export type Renewed = Static<typeof Renewed>

/** Longer than the gateway waits for an identity provider: a token that comes when nobody listens any more is lost. */
export const renewalDeadlineMs = 20_000
const endDeadlineMs = 3_000

/**
 * Asks for a session's new token.
 *
 * @param leaving gives it up
 * @returns `never` when the gateway doesn't renew this one, `later` when it couldn't be asked
 */
export async function askRenewal(
  origin: string,
  token: Secret,
  leaving?: AbortSignal,
): Promise<Renewed | 'never' | 'later'> {
  try {
    const answer = await fetch(`${origin}/gateway/api/v1/session/renewal`, {
      method: 'POST',
      headers: headersWith(token),
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(renewalDeadlineMs), ...(leaving ? [leaving] : [])]),
    })
    const body = await bodyOf(answer)
    if (answer.status === 403 || answer.status === 404 || answer.status === 409) return 'never'
    const value = answer.status === 200 && body !== null ? parsed(body) : undefined
    return Value.Check(Renewed, value) ? value : 'later'
  } catch {
    return 'later'
  }
}

/** Gives a session back that nothing will keep. What goes wrong is nothing to the person: it ends by itself. */
export async function endSession(origin: string, token: Secret, id: string): Promise<void> {
  const answer = await fetch(`${origin}/gateway/api/v1/sessions/${id}`, {
    method: 'DELETE',
    headers: headersWith(token),
    redirect: 'manual',
    signal: AbortSignal.timeout(endDeadlineMs),
  }).catch(() => null)
  await answer?.body?.cancel()
}

function understood(body: string | null): MeAnswer {
  const value = body === null ? undefined : parsed(body)
  if (!Value.Check(Me, value)) return { kind: 'foreign', reason: 'its answer is not that of a Rack Gateway' }
  const end = new Date(value.expiresAt)
  if (Number.isNaN(end.getTime()))
    return { kind: 'foreign', reason: 'its answer has an end of the token that is not a time' }
  return { kind: 'known', me: value, expiresAt: end.toISOString() }
}

/** What a refusal says to the person, or null for what isn't one of a gateway's. */
export function sentenceOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return null
  return typeof answer.error === 'string' ? answer.error.slice(0, 1_000) : null
}

/** Which error a refusal says it is, or null for what isn't one of a gateway's. */
export function codeOf(answer: unknown): string | null {
  if (typeof answer !== 'object' || answer === null || !('code' in answer)) return null
  return typeof answer.code === 'string' ? answer.code : null
}

/** Why a fetch failed, in a few words. */
export function failure(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it did not answer within ${deadlineMs / 1000} s`
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : String(cause)
}
