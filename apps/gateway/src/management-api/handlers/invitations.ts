import { NoBrowserLogin } from '@rack-gateway/auth'
import { assertCanGrant } from '../bindings/assert-can-grant.ts'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import { readTerms } from '../bindings/bindings.ts'
import { rackWarnings, warningsMember } from '../bindings/rack-names.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['invitation']>>
type Names = 'listInvitations' | 'createInvitation' | 'getInvitation' | 'revokeInvitation'

/** Seconds: 14 days. */
const defaultLifetime = 1_209_600

export const invitationHandlers: Handlers<Names> = {
  async listInvitations({ server, lists, query }) {
    const { items, next } = await lists.invitations(pageRequest(query))
    return { items: items.map((invitation) => toResponse(invitation, server.clock.now())), next }
  },

  createInvitation: (outerCall) =>
    outerCall.change(async function createInvitation(call) {
      const { server, lists, changes, body, principal } = call
      const login = server.loginProvider?.settings ?? null
      if (login === null) throw new NoBrowserLogin()
      const { email, issuer = login.issuer, lifetimeSeconds = defaultLifetime, reason } = body
      const bindings = body.bindings.map(({ role, racks = '*', apps = '*', expiresAt }) => {
        const { until } = readTerms({ expiresAt })
        assertCanGrant(call, { role, racks, apps, until })
        return { role, racks, apps, expiresAt: until === null ? null : new Date(until).toISOString() }
      })
      const id = await changes.createInvitation(
        {
          email,
          issuer,
          bindings,
          invitedBy: principal.id,
          lifetime: lifetimeSeconds * 1_000,
          ...(reason && { reason }),
        },
        login,
      )
      const patterns = bindings.map(({ racks }) => racks)
      const warnings = [...rackWarnings(call, patterns), issuerWarning(issuer, login.issuer)]
      return { ...toResponse(await lists.invitation(id), server.clock.now()), ...warningsMember(warnings) }
    }),

  async getInvitation({ server, lists, id }) {
    return toResponse(await lists.invitation(id), server.clock.now())
  },

  revokeInvitation: (outerCall) =>
    outerCall.change(async function revokeInvitation(call) {
      const { server, lists, changes, principal, id } = call
      const { bindings, invitedBy } = await lists.invitation(id)
      const own = principal.kind === 'user' && invitedBy === principal.id
      await assertCanRevoke(call, { kind: 'invitation' }, { own, bindings: bindings.map(toHeldBinding) })
      await changes.revokeInvitation(id)
      return toResponse(await lists.invitation(id), server.clock.now())
    }),
}

function toHeldBinding({ expiresAt, ...binding }: Row['bindings'][number]) {
  return { ...binding, permissions: null, expiresAt: expiresAt === null ? null : new Date(expiresAt) }
}

function issuerWarning(issuer: string, configured: string): string | null {
  if (issuer === configured) return null
  return `Nobody can log in at ${issuer} now. The identity provider of this gateway is ${configured}.`
}

function toResponse(
  { invitedBy, inviterEmail, outcome, createdAt, expiresAt, endedAt, ...invitation }: Row,
  now: number,
) {
  return {
    ...invitation,
    bindings: invitation.bindings.map((binding) => ({ ...binding })),
    state: outcome ?? (expiresAt.getTime() > now ? 'open' : 'expired'),
    invitedBy: { id: invitedBy, email: inviterEmail },
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    endedAt: formatTime(endedAt),
  }
}
