import type { BindingSubject } from '@rack-gateway/database'
import type { Handlers, OwnCall } from '../call.ts'
import { mustGive } from '../must-give.ts'
import { pageRequest } from '../page-request.ts'
import { readTime } from '../read-time.ts'
import { timeOf } from '../times.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['binding']>>

export const bindingHandlers: Handlers<'listBindings' | 'createBinding' | 'removeBinding'> = {
  async listBindings({ lists, query }) {
    const { items, next } = await lists.bindings(pageRequest(query), query.subject)
    return { items: items.map(shown), next }
  },

  async createBinding(call) {
    const { lists, changes, body } = call
    const { subject, role, racks = '*', apps = '*', reason } = body
    const until = body.expiresAt === undefined ? null : readTime(body.expiresAt)
    mustGive(call, { role, racks, apps, until })
    const end = until === null ? {} : { expiresAt: new Date(until) }
    const id = await changes.createBinding(subject, { role, racks, apps, ...end, ...(reason && { reason }) })
    return shown(await lists.binding(id))
  },

  async removeBinding({ lists, changes, id }) {
    const binding = await lists.binding(id)
    await changes.removeBinding(id)
    return shown(binding)
  },
}

function shown({ id, subjectKind, subjectId, role, racks, apps, expiresAt, reason, createdAt }: Listed) {
  return {
    id,
    subject: { kind: listed(subjectKind), id: subjectId },
    role,
    racks,
    apps,
    expiresAt: timeOf(expiresAt),
    reason,
    createdAt: createdAt.toISOString(),
  }
}

function listed(kind: BindingSubject): 'user' | 'group' | 'service-account' {
  if (kind === 'user' || kind === 'group' || kind === 'service-account') return kind
  throw new Error(`bindings of ${kind} are not listed here`)
}
