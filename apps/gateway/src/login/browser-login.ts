import type { EventDraft } from '@rack-gateway/audit'
import {
  type BrowserSessions,
  type Clock,
  LoginMisconfigured,
  type RecordIdentityEvents,
  type TokenMint,
} from '@rack-gateway/auth'
import loginPlugin, {
  type FailedLogin,
  type LoginSettings,
  type ProviderGrants,
  type ProviderSource,
} from '@rack-gateway/auth/login'
import type { Database } from '@rack-gateway/database'
import type { FastifyInstance } from 'fastify'
import { addressOf, sourceOf } from '../audit/call-event.ts'
import { toldFor } from '../http/gateway-denial.ts'

export interface BrowserLoginOptions {
  readonly settings: LoginSettings
  readonly provider: ProviderSource
  readonly grants: ProviderGrants
  readonly browserSessions: BrowserSessions
  readonly database: Database
  readonly mint: TokenMint
  readonly secrets: readonly Buffer[]
  readonly clock: Clock
  readonly record: RecordIdentityEvents
}

/** @throws LoginMisconfigured for a DEFAULT_ROLE that the policy doesn't have */
export async function registerLogin(app: FastifyInstance, options: BrowserLoginOptions): Promise<void> {
  const { defaultRole } = options.settings
  if (defaultRole !== null && !app.policy.roles.has(defaultRole))
    throw new LoginMisconfigured(
      'DEFAULT_ROLE is no role of the policy',
      `choose one of ${[...app.policy.roles.keys()].join(', ')}`,
    )
  await app.register(async function limited(scope) {
    scope.addHook('onRequest', scope.limitStranger)
    await scope.register(loginPlugin, {
      ...options,
      async recordFailure(failed: FailedLogin) {
        await app.audit.record(failureDraft(app, failed))
      },
      limitAccount: app.limitAccount,
      countFailure(failed) {
        const { request, rule, detail, status } = failed
        const line = { event: 'login.failed', rule, ...detail }
        app.unauthenticatedLog.note(`login ${rule}`, status >= 500 ? 'warn' : 'info', line)
        app.audit.refuse({ address: addressOf(request), ...toldFor(app, failed) })
      },
    })
  })
}

function failureDraft(app: FastifyInstance, failed: FailedLogin): EventDraft {
  const { request, detail } = failed
  const decision = { effect: 'deny', ...toldFor(app, failed) } as const
  return { kind: 'login.failed', request: request.id, source: sourceOf(request), decision, detail }
}
