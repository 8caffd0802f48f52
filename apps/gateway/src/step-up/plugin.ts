import type { Keys } from '@rack-gateway/auth'
import { createStepUps, type StepUps } from '@rack-gateway/auth/step-ups'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { TooManyRequests } from '../errors/errors.ts'
import { addressOf } from '../http/source.ts'
import { clientNetwork } from '../rate-limits/client-network.ts'
import { createWindowLimit } from '../rate-limits/window-limit.ts'
import { addLoginPage } from './login-page.ts'

declare module 'fastify' {
  interface FastifyInstance {
    stepUps: StepUps
    /** The address of the page for the proof of a step-up. */
    stepUpPage(id: string): string
    /** Counts a request about step-ups, by its session and network. @throws TooManyRequests */
    countStepUp(request: FastifyRequest): void
  }
}

export interface StepUpOptions {
  readonly publicUrl: string | null
  readonly codeKeys: Keys
}

/**
 * Per session and network, so that a thief with another session of the user, or with the token of the same session but
 * elsewhere, does not use up the limit.
 */
const perMinute = 60
/** Per session, from all networks. */
const perMinuteOfSession = 600

export default fp<StepUpOptions>(
  async function stepUp(app, { publicUrl, codeKeys }) {
    const { clock, database, secondFactors } = app
    app.decorate(
      'stepUps',
      createStepUps({
        database,
        verifier: secondFactors.verifier,
        clock,
        codeKeys,
        networkOf: clientNetwork,
      }),
    )
    app.decorate('stepUpPage', (id) => `${publicUrl ?? ''}/gateway/step-up?id=${id}`)
    const now = () => performance.now()
    const countOfNetwork = createWindowLimit(perMinute, now)
    const countOfSession = createWindowLimit(perMinuteOfSession, now)
    app.decorate('countStepUp', function countStepUp(request) {
      const session = request.principal?.credential ?? ''
      const ofNetwork = countOfNetwork(`${session} ${clientNetwork(addressOf(request))}`)
      if (ofNetwork > 0)
        throw aboveLimit(`${perMinute} requests about second factors in a minute from your network`, ofNetwork)
      const ofSession = countOfSession(session)
      if (ofSession > 0) throw aboveLimit(`${perMinuteOfSession} requests about second factors in a minute`, ofSession)
    })
    addLoginPage(app, publicUrl)
  },
  { name: 'step-up', dependencies: ['clock', 'database', 'second-factors', 'unauthenticated-limit'] },
)

function aboveLimit(limit: string, seconds: number): Error {
  return new TooManyRequests(`This session sent more than ${limit}.`, `Wait ${seconds} s, or log in again.`, {
    rule: 'step-up-limit',
    retryAfter: seconds,
  })
}
