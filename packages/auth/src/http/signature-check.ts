import type { IncomingMessage } from 'node:http'
import type { Clock } from '@rack-gateway/time'
import { isDenial } from '../errors/denial.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import { cookieValues } from '../sessions/cookies.ts'
import type { TokenMint } from '../tokens/token.ts'
import { looksLikeJwt } from '../workloads/jwt.ts'
import { readAuthorization } from './credentials.ts'

export interface SignatureCheckDependencies {
  readonly mint: TokenMint
  readonly clock: Clock
  readonly workloads: { isPlausible(text: string): boolean } | undefined
  readonly browserSessions: Pick<BrowserSessions, 'cookies'> | null
}

type RequestHeaders = Pick<IncomingMessage, 'headers' | 'rawHeaders'>

/**
 * Checks a credential without I/O, for a caller above a limit: its length, check digits, signature, and expiry; of a
 * JWT, only its form and its claims. Never false for a valid credential.
 */
export interface SignatureCheck {
  /** Whether the `Authorization` header can contain a valid token. */
  hasToken(request: RequestHeaders): boolean
  /** Whether the session cookie can be valid. */
  hasCookie(request: RequestHeaders): boolean
}

export function createSignatureCheck({
  mint,
  clock,
  workloads,
  browserSessions,
}: SignatureCheckDependencies): SignatureCheck {
  const isSigned = (text: string) => !isDenial(mint.verify(text, clock.now()))

  return {
    hasToken({ headers, rawHeaders }) {
      const authorization = readAuthorization(rawHeaders)
      if (isDenial(authorization)) return false
      const token = authorization.scheme === 'bearer' ? authorization.token : passwordOf(headers.authorization ?? '')
      return workloads !== undefined && looksLikeJwt(token) ? workloads.isPlausible(token) : isSigned(token)
    },
    hasCookie({ rawHeaders }) {
      if (browserSessions === null) return false
      const [value, another] = cookieValues(rawHeaders, browserSessions.cookies.session)
      return value !== undefined && another === undefined && isSigned(value)
    },
  }
}

/** Less strict than @fastify/basic-auth, which authenticates. Tokens are ASCII, so they are the same in latin1. */
function passwordOf(authorization: string): string {
  const text = Buffer.from(authorization.slice('basic '.length), 'base64').toString('latin1')
  return text.slice(text.indexOf(':') + 1)
}
