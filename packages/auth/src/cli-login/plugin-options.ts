import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import type { BrowserSessions } from '../sessions/browser-sessions.ts'
import type { Decider } from './decision.ts'
import type { LoginDenial } from './denial.ts'
import type { CliLogins } from './logins.ts'
import type { CliLoginOptions } from './options.ts'
import type { Visit } from './visit.ts'
import type { CliLoginPlaces } from './visitor.ts'

export interface CliLoginPluginOptions extends Pick<CliLoginOptions, 'database' | 'keys'> {
  readonly logins: CliLogins
  readonly clock: Clock
  readonly browserSessions: BrowserSessions
  readonly places: CliLoginPlaces
  /** Counts the codes that an account and an address type. @returns whether that is more than a person mistypes */
  readonly isBeyondCodeLimit: (request: FastifyRequest) => Promise<boolean>
  /** Counts unauthenticated and failed requests. @throws an error with status 429 above the limit of the address */
  readonly limitUnauthenticated: (request: FastifyRequest) => Promise<void>
  /** Records a denial of an authenticated user. Resolves when the event is durable. */
  readonly recordDenial: (
    request: FastifyRequest,
    visitor: Decider,
    refusal: LoginDenial,
    detail: Readonly<Record<string, string>>,
  ) => Promise<void>
  /** Of anything else, which anybody can send: counted, without I/O. */
  readonly countDenial: (request: FastifyRequest, refusal: Pick<LoginDenial, 'rule' | 'reason' | 'remedy'>) => void
}

export interface CliLoginPagesOptions extends CliLoginPluginOptions {
  /** Who visits; null for a browser that isn't logged in. */
  visit(request: FastifyRequest, reply: FastifyReply): Promise<Visit | null>
}
