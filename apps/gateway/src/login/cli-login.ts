import { addressBlock } from '@rack-gateway/audit'
import type { BrowserSessions, Clock } from '@rack-gateway/auth'
import cliLoginPlugin, { type CliLoginOptions, type CliLogins, createCliLogins } from '@rack-gateway/auth/cli-login'
import type { Database } from '@rack-gateway/database'
import type { Moment } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addressOf, momentOf, sourceOf } from '../audit/call-event.ts'
import { toldFor } from '../http/gateway-denial.ts'
import { isSameSender } from '../rate-limits/client-network.ts'
import { createCodeLimit } from '../rate-limits/device-code.ts'

export function createLogins(options: Omit<CliLoginOptions, 'blockOf'>): CliLogins {
  return createCliLogins({ ...options, blockOf: addressBlock })
}

export interface CliLoginPagesOptions {
  readonly database: Database
  readonly secrets: readonly Buffer[]
  readonly clock: Clock
  readonly logins: CliLogins
  readonly browserSessions: BrowserSessions
}

/** The pages on which people decide about logins of the CLI. */
export async function registerCliLogin(app: FastifyInstance, options: CliLoginPagesOptions): Promise<void> {
  await app.register(cliLoginPlugin, {
    ...options,
    isBeyondCodeLimit: createCodeLimit(app),
    limitStranger: app.limitStranger,
    places: {
      placeOf: (request) => ({ request: request.id, source: sourceOf(request) }),
      racksOf: (request) => racksOf(app, request, momentOf(request, options.clock.now)),
      isSameSender,
    },
    async recordRefusal(request, { user, email, session }, refusal, detail) {
      const principal = { kind: 'user', id: user, name: email, credential: session } as const
      const decision = { effect: 'deny', ...toldFor(app, refusal) } as const
      const place = { request: request.id, source: sourceOf(request) }
      await app.audit.record({ kind: 'cli-login.refused', principal, decision, ...place, detail: { ...detail } })
    },
    countRefusal(request, refusal) {
      app.audit.refuse({ address: addressOf(request), ...toldFor(app, refusal) })
    },
  })
}

function racksOf({ policy, racks }: FastifyInstance, { principal }: FastifyRequest, moment: Moment): readonly string[] {
  return principal === null ? [] : policy.racksOf(principal, racks.names, moment)
}
