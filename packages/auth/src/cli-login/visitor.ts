import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Unauthenticated } from '../errors.ts'
import { LoginDenied } from '../login/denial.ts'
import type { Decider, Place } from './decision.ts'
import { noBrowser } from './denial.ts'

/** A user whose browser is logged in. */
export interface Visitor extends Decider {
  readonly csrfToken: string
  readonly racks: readonly string[]
}

/**
 * Who visits a page; null for a browser that isn't logged in.
 *
 * @throws LoginDenied for a token: none leads to another one
 */
export async function visitorOf(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  racksOf: CliLoginPlaces['racksOf'],
): Promise<Visitor | null> {
  if (request.headers.authorization !== undefined) throw new LoginDenied(noBrowser)
  try {
    await app.authenticateOwn(request, reply)
  } catch (error) {
    if (error instanceof Unauthenticated) return null
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

/** What the pages learn about requests from the gateway. */
export interface CliLoginPlaces {
  placeOf(request: FastifyRequest): Place
  /** Those that the caller has a role on. */
  racksOf(request: FastifyRequest): readonly string[]
  /** Whether two addresses are one sender's. */
  isSameNetwork(one: string, other: string): boolean
}
