import { isUuid } from '@rack-gateway/audit/events'
import type { FastifyInstance } from 'fastify'
import { InvalidRequest } from '../errors/errors.ts'

/** The address that the stock CLI opens in the browser for the proof of a second factor. */
export const loginPage = '/login/u2f'

const localCallback = /^http:\/\/(?:localhost|127\.0\.0\.1):([1-9][0-9]{0,4})\/?$/

/** The result of a proof can go only to a program on the same machine. */
export function addLoginPage(app: FastifyInstance, publicUrl: string | null): void {
  if (publicUrl === null) return
  app.get(loginPage, async function redirectToStepUp(request, reply) {
    await app.limitUnauthenticated(request)
    const { callback_url: callback, token } = request.query as Readonly<Record<string, unknown>>
    const id = typeof token === 'string' ? Buffer.from(token, 'base64').toString('latin1') : ''
    if (!isUuid(id) || typeof callback !== 'string' || !localCallback.test(callback))
      throw new InvalidRequest(
        'The address is not from the stock CLI. The result of a proof can go only to a program on the same machine.',
        'Run the command again, and open the address that it prints.',
        { rule: 'step-up-address' },
      )
    const query = new URLSearchParams({ id, callback })
    return reply.header('cache-control', 'no-store').redirect(`${publicUrl}/gateway/step-up?${query}`, 303)
  })
}
