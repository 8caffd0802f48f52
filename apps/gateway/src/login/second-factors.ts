import { addressBlock } from '@rack-gateway/audit'
import type { LoginKeys } from '@rack-gateway/auth'
import { createSecondFactors, type SecondFactors } from '@rack-gateway/auth/store'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    secondFactors: SecondFactors
  }
}

export interface SecondFactorsPluginOptions {
  readonly keys: Pick<LoginKeys, 'totpSecrets' | 'backupCodes'>
  readonly publicUrl: string | null
}

export default fp<SecondFactorsPluginOptions>(
  async function secondFactors(app, { keys, publicUrl }) {
    const { clock, database } = app
    app.decorate('secondFactors', createSecondFactors({ database, clock, keys, publicUrl, blockOf: addressBlock }))
  },
  { name: 'second-factors', dependencies: ['clock', 'database'] },
)
