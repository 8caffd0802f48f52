import type { FastifyReply } from 'fastify'
import { goTo } from '../login/return-to.ts'

/** @param back the page of the gateway that the browser returns to */
export function logInFirst(reply: FastifyReply, back: string): FastifyReply {
  return goTo(reply, `/gateway/auth/login?return_to=${encodeURIComponent(back)}`)
}
