import { mustGive } from '../assert-can-grant.ts'
import type { Handlers, OwnCall } from '../call.ts'
import { lastingOf, shownGrant } from '../grants.ts'
import { pageRequest } from '../page-request.ts'
import { rackWarnings, warned } from '../rack-names.ts'
import { mustLastNoLonger } from '../token-limits.ts'

type Listed = Awaited<ReturnType<OwnCall['lists']['binding']>>

export const bindingHandlers: Handlers<'listBindings' | 'createBinding' | 'removeBinding'> = {
  async listBindings({ lists, query }) {
    const { items, next } = await lists.bindings(pageRequest(query), query.subject)
    return { items: items.map(shown), next }
  },

  createBinding: (asked) =>
    asked.change(async function createBinding(call) {
      const { lists, changes, body } = call
      const { subject, role, racks = '*', apps = '*' } = body
      const { until, lasting } = lastingOf(body)
      mustGive(call, { role, racks, apps, until })
      if (subject.kind === 'api-token') {
        const { expiresAt: end } = await lists.token(subject.id)
        const grant = { role, racks, apps, ...lasting }
        mustLastNoLonger(call, { grant, end: end.getTime(), next: 'Give it with an earlier end.' })
      }
      const id = await changes.createBinding(subject, { role, racks, apps, ...lasting })
      return { ...shown(await lists.binding(id)), ...warned(rackWarnings(call, [racks])) }
    }),

  removeBinding: (asked) =>
    asked.change(async function removeBinding({ lists, changes, id }) {
      const binding = await lists.binding(id)
      await changes.removeBinding(id)
      return shown(binding)
    }),
}

function shown({ subjectKind, subjectId, createdAt, ...given }: Listed) {
  return {
    ...shownGrant(given),
    subject: { kind: subjectKind, id: subjectId },
    createdAt: createdAt.toISOString(),
  }
}
