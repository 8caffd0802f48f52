import type { EventDraft } from '@rack-gateway/audit'
import { type Keys, LoginMisconfigured, type TokenMint } from '@rack-gateway/auth'
import type { CanInvite } from '@rack-gateway/auth/login'
import loginPlugin, { type FailedLogin } from '@rack-gateway/auth/login'
import { endpoints } from '@rack-gateway/gateway-api'
import type { Policy } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { gatewayDenial, recordedDenial } from '../error-responses/gateway-denial.ts'
import { BrowserCall } from '../errors/errors.ts'
import { isEmbedded } from '../http/is-embedded.ts'
import { addressOf, sourceOf } from '../http/source.ts'

export interface BrowserLoginOptions {
  readonly mint: TokenMint
  readonly attemptKeys: Keys
}

/** @throws LoginMisconfigured if the policy does not have `DEFAULT_ROLE` */
export default fp<BrowserLoginOptions>(
  async function browserLogin(app, { mint, attemptKeys }) {
    const { browserSessions, clock, database, loginProvider } = app
    if (browserSessions === null || loginProvider === null) return
    const { settings, provider, refreshTokens } = loginProvider
    const { defaultRole } = settings
    if (defaultRole !== null && !app.policy.roles.has(defaultRole))
      throw new LoginMisconfigured(
        'DEFAULT_ROLE is not a role of the policy.',
        `Choose one of these roles: ${[...app.policy.roles.keys()].join(', ')}.`,
      )
    await app.register(async function limited(scope) {
      scope.addHook('onRequest', rejectEmbedded)
      scope.addHook('onRequest', scope.limitUnauthenticated)
      await scope.register(loginPlugin, {
        settings,
        provider,
        refreshTokens,
        browserSessions,
        database,
        mint,
        attemptKeys,
        clock,
        record: app.recordIdentityEvents,
        canInvite: (...invitation) => canInvite(app.policy, ...invitation),
        async recordFailure(failed: FailedLogin) {
          await app.audit.record(failureDraft(app, failed))
        },
        limitAccount: app.limitAccount,
        countFailure(failed) {
          const { request, rule, detail, status } = failed
          const line = { event: 'login.failed', rule, ...detail }
          app.unauthenticatedLog.note(`login ${rule}`, status >= 500 ? 'warn' : 'info', line)
          app.audit.countDenial({ address: addressOf(request), ...gatewayDenial(app, failed) })
        },
      })
    })
  },
  { name: 'browser-login', dependencies: ['login-provider', 'policy', 'unauthenticated-limit', 'unauthenticated-log'] },
)

/**
 * A login that another site's page embeds would count toward the limit of the page's visitor.
 *
 * @throws BrowserCall
 */
async function rejectEmbedded(request: FastifyRequest): Promise<void> {
  if (request.method !== 'GET' || !isEmbedded(request)) return
  throw new BrowserCall(
    'A page of another site cannot load the login into itself.',
    'Open the login in a tab of its own.',
    { rule: 'other-site' },
  )
}

function failureDraft(app: FastifyInstance, failed: FailedLogin): EventDraft {
  const { request, detail } = failed
  const decision = recordedDenial(gatewayDenial(app, failed))
  return { kind: 'login.failed', request: request.id, source: sourceOf(request), decision, detail }
}

/** All apps of all racks. */
const everywhere = { rack: '*', app: null, scope: 'rack' } as const
const { permission, additionalPermission } = endpoints.createInvitation

function canInvite(
  policy: Pick<Policy, 'hasPermission' | 'canGrant'>,
  ...[inviter, bindings, moment]: Parameters<CanInvite>
): boolean {
  const canCreate = [permission, additionalPermission].every((needed) =>
    policy.hasPermission(inviter, needed, everywhere, moment),
  )
  return canCreate && bindings.every((binding) => policy.canGrant(inviter, toWantedBinding(binding), moment) === null)
}

function toWantedBinding({ expiresAt, ...binding }: Parameters<CanInvite>[1][number]) {
  return { ...binding, until: expiresAt === null ? null : Date.parse(expiresAt) }
}
