import type { Keys } from '@rack-gateway/auth'
import { createStepUps, type StepUps } from '@rack-gateway/auth/step-ups'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { TooManyRequests } from '../errors.ts'
import { clientNetwork } from '../rate-limits/client-network.ts'
import { createWindowLimit } from '../rate-limits/window-limit.ts'
import { addLoginPage } from './login-page.ts'

declare module 'fastify' {
  interface FastifyInstance {
    stepUps: StepUps
    /** The address of the page for the proof of a step-up. */
    stepUpPage(id: string): string
    /** Counts a request about step-ups, by its session. @throws TooManyRequests */
    countStepUp(request: FastifyRequest): void
  }
}

export interface StepUpOptions {
  readonly publicUrl: string | null
  readonly codeKeys: Keys
}

/** Per session, so that a thief with another session of the user does not use up the limit. */
const perMinute = 60

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
    const count = createWindowLimit(perMinute, () => performance.now())
    app.decorate('countStepUp', function countStepUp({ principal }) {
      const seconds = count(principal?.credential ?? '')
      if (seconds === 0) return
      throw new TooManyRequests(
        `This session sent more than ${perMinute} requests about second factors in a minute.`,
        `Wait ${seconds} s, or log in again.`,
        { rule: 'step-up-limit', retryAfter: seconds },
      )
    })
    addLoginPage(app, publicUrl)
  },
  { name: 'step-up', dependencies: ['clock', 'database', 'second-factors', 'unauthenticated-limit'] },
)
