import type { FastifyReply } from 'fastify'
import type { Visitor } from './visitor.ts'

/** A visitor, with what is asked about them once. */
export interface Visit extends Visitor {
  /** From where they come. */
  readonly address: string
  loggedInAfter(begunAt: number): Promise<boolean>
}

/** @param back a page of ours, where the browser comes back to */
export function logInFirst(reply: FastifyReply, back: string): FastifyReply {
  return goTo(reply, `/gateway/auth/login?return_to=${encodeURIComponent(back)}`)
}

/** The address contains a code, so no cache stores it and no other site receives it as a referrer. */
export function goTo(reply: FastifyReply, url: string): FastifyReply {
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 303)
}
