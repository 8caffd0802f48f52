import { type Grant, permissions } from '@rack-gateway/rbac-policy'
import { withTimeout } from '@rack-gateway/time'
import { gatewayPermissions } from '../calls/authorize.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { toBindingResponse } from './bindings.ts'

/** Milliseconds. */
const queryTimeout = 2_000

/** Milliseconds before their expiry at which API tokens are listed. */
const noticeTime = 14 * 86_400_000

export const meHandlers: Handlers<'me' | 'getNotices' | 'versions'> = {
  async me(call) {
    const { server, principal, csrfToken, moment } = call
    const { policy, racks, loginProvider } = server
    const { organization } = server.managementApi
    const { adminUsers = [] } = loginProvider?.settings ?? {}
    const { kind, id, name, rack, bindings, expiresAt } = principal
    const [access, loggedInAt] = await Promise.all([findAccess(call), csrfToken === null ? null : findLogin(call)])
    const roles = [...new Set(bindings.map((binding) => binding.role))]
    const usableRacks = policy.racksOf(principal, racks.names, moment)
    const observed = usableRacks.flatMap((name) => {
      const observing = server.observeMode.of(name)
      return observing === null ? [] : [[name, observing] as const]
    })
    const needsRole = kind === 'user' && roles.length === 0 && adminUsers.length > 0
    return {
      kind,
      id,
      name,
      rack,
      racks: usableRacks,
      ...(observed.length > 0 && { observing: Object.fromEntries(observed) }),
      roles,
      ...(kind === 'user' && { grants: (principal.grants ?? []).map(toGrantResponse) }),
      ...(needsRole && { administrators: adminUsers }),
      permissions: gatewayPermissions(policy, principal, moment),
      ...(access && { access }),
      expiresAt: new Date(expiresAt).toISOString(),
      ...(loggedInAt && { loggedInAt: loggedInAt.toISOString() }),
      ...(csrfToken !== null && { listPermissions: listPermissions(call, usableRacks), organization, csrfToken }),
    }
  },

  async getNotices({ server, principal, lists }) {
    const now = server.clock.now()
    const { required, by } = server.policy.enrollment(principal, now)
    const { tokens, stepUps } = await lists.notices(principal.id, { now, noticeTime })
    return {
      secondFactor:
        required && principal.secondFactor !== true
          ? { requiredBy: by === null ? null : new Date(by).toISOString() }
          : null,
      tokens: tokens.map(({ expiresAt, ...token }) => ({ ...token, expiresAt: expiresAt.toISOString() })),
      stepUps: stepUps.map(({ expiresAt, ...stepUp }) => ({ ...stepUp, expiresAt: expiresAt.toISOString() })),
    }
  },

  versions: ({ server }) => server.managementApi.versions,
}

function toGrantResponse({ id, rule, role, racks, apps, startsAt, expiresAt, startsWithUse }: Grant) {
  return {
    id,
    rule,
    role,
    racks: [...racks],
    apps: [...apps],
    from: new Date(startsAt).toISOString(),
    until: new Date(expiresAt).toISOString(),
    startsWithUse,
  }
}

const listingPermissions = permissions.map(({ name }) => name).filter((name) => /^(?!gateway:).*:list$/.test(name))

function listPermissions({ server: { policy }, principal, moment }: PrincipalCall, racks: readonly string[]) {
  const groups = new Map<string, { racks: string[]; onAllApps: string[]; onSomeApps: string[] }>()
  for (const rack of racks) {
    const has = (scope: 'rack' | 'list') => (permission: string) =>
      policy.hasPermission(principal, permission, { rack, app: null, scope }, moment)
    const onAllApps = listingPermissions.filter(has('rack'))
    const onSomeApps = listingPermissions.filter(has('list')).filter((permission) => !onAllApps.includes(permission))
    const key = `${onAllApps} ${onSomeApps}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { racks: [rack], onAllApps, onSomeApps })
    else group.racks.push(rack)
  }
  return [...groups.values()]
}

async function findAccess({ server: { policy }, principal, lists, moment }: PrincipalCall) {
  const ids = principal.bindings
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > moment.at)
    .map(({ id }) => id)
  const found = await orNull(lists.bindingsById(ids))
  return (
    found?.map(({ grantedBy, granterEmail, ...binding }) => ({
      ...toBindingResponse(binding),
      grantedBy: { id: grantedBy, email: granterEmail },
      roleDescription: policy.roles.get(binding.role)?.description || null,
    })) ?? null
  )
}

async function findLogin({ principal, lists }: PrincipalCall): Promise<Date | null> {
  return (await orNull(lists.session(principal.credential)))?.authenticatedAt ?? null
}

/** Null if the database does not answer, because callers ask who they are during an outage, too. */
async function orNull<T>(query: Promise<T>): Promise<T | null> {
  try {
    return await withTimeout(query, queryTimeout, () => null)
  } catch {
    return null
  }
}
