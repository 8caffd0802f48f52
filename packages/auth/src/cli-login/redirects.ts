import type { FastifyReply } from 'fastify'

/** @param back the page of the gateway that the browser returns to */
export function logInFirst(reply: FastifyReply, back: string): FastifyReply {
  return goTo(reply, `/gateway/auth/login?return_to=${encodeURIComponent(back)}`)
}

/** The URL can contain a code, so no cache stores it and no other site receives it as a referrer. */
export function goTo(reply: FastifyReply, url: string): FastifyReply {
  return reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(url, 303)
}
