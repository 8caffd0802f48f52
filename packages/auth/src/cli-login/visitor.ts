import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { twoCookies } from '../errors/denial.ts'
import { Unauthenticated } from '../errors/errors.ts'
import { LoginDenied } from '../errors/login-denial.ts'
import type { BrowserUser, RequestContext } from './decision.ts'
import { noBrowser } from './denial.ts'

/** The logged-in user who sends a request from a browser. */
export interface Visitor extends BrowserUser {
  readonly csrfToken: string
  readonly racks: readonly string[]
}

/** A visitor of a login page, with the facts on which a decision about a CLI login depends. */
export interface PageVisitor extends Visitor {
  readonly address: string
  /** Whether the user logged in at this time or later. */
  loggedInAfter(begunAt: number): Promise<boolean>
}

/**
 * Null for a browser that is not logged in.
 *
 * @throws LoginDenied for a token, because a token cannot be used to get another token
 */
export async function authenticateVisitor(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  racksOf: RequestReader['racksOf'],
): Promise<Visitor | null> {
  if (request.headers.authorization !== undefined) throw new LoginDenied(noBrowser)
  try {
    await app.authenticateTokenOrCookie(request, reply)
  } catch (error) {
    // Another login would not remove the second credential, so the browser would be redirected endlessly.
    if (error instanceof Unauthenticated && Reflect.get(error, 'rule') !== twoCookies.rule) return null
    throw error
  }
  const { principal, csrfToken } = request
  if (!principal || csrfToken === null) throw new LoginDenied(noBrowser)
  return {
    user: principal.id,
    email: principal.name,
    session: principal.credential,
    csrfToken,
    racks: racksOf(request),
  }
}

/** The gateway supplies these functions. */
export interface RequestReader {
  contextOf(request: FastifyRequest): RequestContext
  /** The racks that the caller has a role on. */
  racksOf(request: FastifyRequest): readonly string[]
  /** Whether two addresses belong to the same client network. */
  isSameNetwork(one: string, other: string): boolean
}
