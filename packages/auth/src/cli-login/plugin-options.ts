import type { Clock } from '@rack-gateway/time'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import type { BrowserUser } from './decision.ts'
import type { LoginDenial } from './denial.ts'
import type { CliLogins } from './logins.ts'
import type { CliLoginOptions } from './options.ts'
import type { PageVisitor, RequestReader } from './visitor.ts'

export interface CliLoginPluginOptions extends Pick<CliLoginOptions, 'database' | 'keys'> {
  readonly logins: CliLogins
  readonly clock: Clock
  readonly browserSessions: BrowserSessions
  readonly requestReader: RequestReader
  /** Counts typed codes for the account and for the client's network. @returns whether the limit is exceeded */
  readonly isBeyondCodeLimit: (request: FastifyRequest) => boolean
  /** Counts unauthenticated and failed requests. @throws an error with status 429 above the limit of the address */
  readonly limitUnauthenticated: (request: FastifyRequest) => Promise<void>
  /** Counts a change of the authenticated user. @throws an error with status 429 above the limit */
  readonly countChange: (request: FastifyRequest) => void
  /** Records a denial of an authenticated user. Resolves when the event is durable. */
  readonly recordDenial: (
    request: FastifyRequest,
    user: BrowserUser,
    denial: LoginDenial,
    detail: Readonly<Record<string, string>>,
  ) => Promise<void>
  /** Counts an unauthenticated denial, without I/O. */
  readonly countDenial: (request: FastifyRequest, denial: Pick<LoginDenial, 'rule' | 'reason' | 'remedy'>) => void
}

export interface CliLoginPagesOptions extends CliLoginPluginOptions {
  /** The logged-in user who opened the page. @returns null for a browser that is not logged in */
  visitorOf(request: FastifyRequest, reply: FastifyReply): Promise<PageVisitor | null>
}
