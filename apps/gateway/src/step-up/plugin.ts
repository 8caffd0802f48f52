import { createStepUps, type StepUps } from '@rack-gateway/auth/step-ups'
import fp from 'fastify-plugin'
import { loginWithSecondFactor } from './login-page.ts'

declare module 'fastify' {
  interface FastifyInstance {
    stepUps: StepUps
    /** The page for the proof of a step-up. */
    stepUpPage(id: string): string
  }
}

export interface StepUpOptions {
  readonly publicUrl: string | null
}

/** Requests for proofs of second factors, for calls that need one. */
export default fp<StepUpOptions>(
  async function stepUp(app, { publicUrl }) {
    const { clock, database, secondFactors } = app
    app.decorate('stepUps', createStepUps({ database, verifier: secondFactors.verifier, clock }))
    app.decorate('stepUpPage', (id) => `${publicUrl ?? ''}/gateway/step-up?id=${id}`)
    loginWithSecondFactor(app, publicUrl)
  },
  { name: 'step-up', dependencies: ['clock', 'database', 'second-factors'] },
)
