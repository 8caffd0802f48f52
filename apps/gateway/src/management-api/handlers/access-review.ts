import { Readable } from 'node:stream'
import { csvLine, csvMediaType } from '@rack-gateway/audit'
import type { AccessBinding } from '@rack-gateway/auth/store'
import type { Policy } from '@rack-gateway/rbac-policy'
import { ignoreStreamErrors } from '../../http/ignore-stream-errors.ts'
import {
  accessAnywhere,
  accessToApp,
  appPermissions,
  type GrantedAccess,
  rolesWithAny,
} from '../access/granted-access.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { pageRequest } from '../calls/page-request.ts'
import { revocableStream } from '../streams/revocable-stream.ts'

type ReviewedBinding = Awaited<ReturnType<PrincipalCall['lists']['accessReview']>>['items'][number]

/** Each read is recorded before its response is sent. */
export const accessReviewHandlers: Handlers<'reviewAccess' | 'exportAccessReview' | 'getAppAccess' | 'getUserAccess'> =
  {
    async reviewAccess({ server, lists, query, record }) {
      const { items, next } = await lists.accessReview(pageRequest(query), server.clock.now())
      await record({ kind: 'access-review.read', detail: { page: pageName(query) } })
      return { items: items.map(toResponse), next }
    },

    async getAppAccess({ server, lists, query, record }) {
      const { policy, clock } = server
      const { rack, app } = query
      const now = clock.now()
      const roles = rolesWithAny(policy, appPermissions)
      const { items, next } = await lists.appAccess(pageRequest(query), { rack, app, roles, now })
      await record({ kind: 'access-review.read', rack, app, detail: { page: pageName(query) } })
      return {
        items: items.map((item) => toAccessResponse(policy, item, accessToApp(policy, item, { rack, app, now }))),
        next,
      }
    },

    async getUserAccess({ server, lists, id, query, record }) {
      const { policy, clock, racks } = server
      const user = await lists.user(id)
      const now = clock.now()
      const { items, next } = await lists.userAccess(pageRequest(query), { user: user.id, now })
      await record({ kind: 'access-review.read', detail: { user: user.id, page: pageName(query) } })
      return {
        items: items.map((item) =>
          toAccessResponse(policy, item, accessAnywhere(policy, item, { racks: racks.names, now })),
        ),
        next,
      }
    },

    async exportAccessReview(call) {
      const at = call.server.clock.now()
      const first = await call.lists.accessReview({ limit: exportBatch }, at)
      await call.record({ kind: 'access-review.read', detail: { page: 'export' } })
      const fileName = `access-review-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '')}.csv`
      return revocableStream(call, {}, async ({ signal, onRead }) => {
        const parts = exportParts({ first, at, call, signal, onRead })
        const body = ignoreStreamErrors(Readable.from(parts, { objectMode: true, highWaterMark: 1 }))
        return { body, mediaType: csvMediaType, fileName }
      })
    },
  }

/** A larger batch would take longer than a few milliseconds at once. */
const exportBatch = 100

interface ExportOptions {
  readonly first: Awaited<ReturnType<PrincipalCall['lists']['accessReview']>>
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly call: Pick<PrincipalCall, 'lists'>
  readonly signal: AbortSignal
  /** Called each time the consumer asks for more. */
  readonly onRead: () => void
}

async function* exportParts({ first, at, call, signal, onRead }: ExportOptions): AsyncGenerator<string> {
  yield csvLine(Object.keys(columns))
  for (let page = first; ; ) {
    signal.throwIfAborted()
    onRead()
    yield page.items.map((grant) => csvLine(Object.values(columns).map((value) => value(grant)))).join('')
    if (page.next === null) return
    page = await call.lists.accessReview({ limit: exportBatch, cursor: page.next }, at)
  }
}

const columns: Readonly<Record<string, (grant: ReviewedBinding) => string | null>> = {
  subject_kind: ({ subjectKind }) => subjectKind,
  subject: ({ subjectName }) => subjectName,
  subject_id: ({ subjectId }) => subjectId,
  issuer: ({ issuer }) => issuer,
  owner: ({ owner }) => owner,
  suspended: ({ suspended }) => (suspended ? 'yes' : 'no'),
  role: ({ role }) => role,
  permissions: ({ permissions }) => permissions?.join(' ') ?? null,
  racks: ({ racks }) => racks,
  apps: ({ apps }) => apps,
  group: ({ group }) => group,
  binding: ({ binding }) => binding,
  invitation: ({ invitation }) => invitation,
  granted_by: ({ granterEmail, grantedBy }) => granterEmail ?? grantedBy,
  granted_by_id: ({ grantedBy }) => grantedBy,
  granted_at: ({ grantedAt }) => grantedAt.toISOString(),
  reason: ({ reason }) => reason,
  expires_at: ({ expiresAt }) => formatTime(expiresAt),
  last_used_at: ({ lastUsedAt }) => formatTime(lastUsedAt),
}

function pageName({ cursor }: { readonly cursor?: string }): string {
  return cursor === undefined ? 'first' : 'next'
}

function toAccessResponse(policy: Policy, binding: AccessBinding, { allows, inactive }: GrantedAccess) {
  const conditions = policy.roles.get(binding.role)?.when ?? []
  return {
    ...toResponse(binding),
    rack: binding.tokenRack,
    endsAt: formatTime(binding.endsAt),
    conditions,
    allows: [...allows],
    inactive,
  }
}

function toResponse(reviewed: ReviewedBinding) {
  const { role, permissions, racks, apps, group, binding, invitation, reason, issuer, owner, suspended } = reviewed
  return {
    subject: {
      kind: reviewed.subjectKind,
      id: reviewed.subjectId,
      name: reviewed.subjectName,
      issuer,
      owner,
      suspended,
    },
    role,
    permissions: permissions && [...permissions],
    racks,
    apps,
    group,
    binding,
    invitation,
    grantedBy: { id: reviewed.grantedBy, email: reviewed.granterEmail },
    grantedAt: reviewed.grantedAt.toISOString(),
    reason,
    expiresAt: formatTime(reviewed.expiresAt),
    lastUsedAt: formatTime(reviewed.lastUsedAt),
  }
}
