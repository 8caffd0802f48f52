import { addressBlock } from '@rack-gateway/audit'
import { NoBrowserLogin, type TokenMint } from '@rack-gateway/auth'
import cliLoginPlugin, { type CliLoginKeys, type CliLogins, createCliLogins } from '@rack-gateway/auth/cli-login'
import type { ServerConfig } from '@rack-gateway/config'
import type { Moment } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { gatewayDenial, recordedDenial } from '../error-responses/gateway-denial.ts'
import { addressOf, sourceOf, timeAndAddressOf } from '../http/source.ts'
import { isSameNetwork } from '../rate-limits/client-network.ts'
import { createDeviceCodeLimit } from '../rate-limits/device-code.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** @throws NoBrowserLogin if no identity provider is configured */
    cliLogins: () => CliLogins
  }
}

export interface CliLoginOptions {
  readonly config: Pick<ServerConfig, 'deviceLogin' | 'sessions'>
  readonly mint: TokenMint
  readonly keys: CliLoginKeys
  /** Seconds between two polls of one login. Default: 5. */
  readonly pollSeconds?: number | undefined
}

export default fp<CliLoginOptions>(
  async function cliLogin(app, { config, mint, keys, pollSeconds = 5 }) {
    const { browserSessions, clock, database } = app
    if (browserSessions === null) {
      app.decorate('cliLogins', () => {
        throw new NoBrowserLogin()
      })
      return
    }
    const logins = createCliLogins({
      database,
      mint,
      keys,
      clock,
      record: app.recordIdentityEvents,
      terms: config.sessions,
      deviceLogin: config.deviceLogin,
      pollSeconds,
      blockOf: addressBlock,
    })
    app.decorate('cliLogins', () => logins)
    await app.register(cliLoginPlugin, {
      database,
      keys,
      clock,
      logins,
      browserSessions,
      isBeyondCodeLimit: createDeviceCodeLimit(),
      limitUnauthenticated: app.limitUnauthenticated,
      countChange(request) {
        if (request.principal !== null) app.countChange(request.principal, { isRevocation: false })
      },
      requestReader: {
        contextOf: (request) => ({ request: request.id, source: sourceOf(request) }),
        racksOf: (request) => racksOf(app, request, timeAndAddressOf(request, clock.now)),
        isSameNetwork,
      },
      async recordDenial(request, { user, email, session }, denial, detail) {
        const principal = { kind: 'user', id: user, name: email, credential: session } as const
        const decision = recordedDenial(gatewayDenial(app, denial))
        const context = { request: request.id, source: sourceOf(request) }
        await app.audit.record({ kind: 'cli-login.refused', principal, decision, ...context, detail: { ...detail } })
      },
      countDenial(request, denial) {
        app.audit.countDenial({ address: addressOf(request), ...gatewayDenial(app, denial) })
      },
    })
  },
  { name: 'cli-login', dependencies: ['change-limit', 'identities', 'policy', 'racks', 'unauthenticated-limit'] },
)

function racksOf({ policy, racks }: FastifyInstance, { principal }: FastifyRequest, moment: Moment): readonly string[] {
  return principal === null ? [] : policy.racksOf(principal, racks.names, moment)
}
