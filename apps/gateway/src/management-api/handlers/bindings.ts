import { assertCanGrant } from '../bindings/assert-can-grant.ts'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import { readTerms, toBindingSummary } from '../bindings/bindings.ts'
import { assertRacksExist, rackWarnings, warningsMember } from '../bindings/rack-names.ts'
import { assertAllowedLifetime } from '../bindings/token-limits.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { pageRequest } from '../calls/page-request.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['binding']>>

export const bindingHandlers: Handlers<'listBindings' | 'createBinding' | 'removeBinding'> = {
  async listBindings({ lists, query }) {
    const { items, next } = await lists.bindings(pageRequest(query), query.subject)
    return { items: items.map(toBindingResponse), next }
  },

  createBinding: (outerCall) =>
    outerCall.change(async function createBinding(call) {
      const { lists, changes, body } = call
      const { subject, role, racks = '*', apps = '*' } = body
      const { until, terms } = readTerms(body)
      assertCanGrant(call, { role, racks, apps, until })
      assertRacksExist(call, [racks])
      if (subject.kind === 'api-token') {
        const { expiresAt } = await lists.token(subject.id)
        const binding = { role, racks, apps, ...terms }
        assertAllowedLifetime(call, { binding, expiry: expiresAt.getTime(), remedy: 'Choose an earlier expiry.' })
      }
      const id = await changes.createBinding(subject, { role, racks, apps, ...terms })
      return { ...toBindingResponse(await lists.binding(id)), ...warningsMember(rackWarnings(call, [racks])) }
    }),

  removeBinding: (outerCall) =>
    outerCall.change(async function removeBinding(call) {
      const { lists, changes, principal, id } = call
      const binding = await lists.binding(id)
      const own = principal.kind === 'user' && binding.subjectKind === 'user' && binding.subjectId === principal.id
      await assertCanRevoke(call, { kind: binding.subjectKind, id: binding.subjectId }, { own, bindings: [binding] })
      await changes.removeBinding(id)
      return toBindingResponse(binding)
    }),
}

export function toBindingResponse({ subjectKind, subjectId, createdAt, ...binding }: Row) {
  return {
    ...toBindingSummary(binding),
    subject: { kind: subjectKind, id: subjectId },
    createdAt: createdAt.toISOString(),
  }
}
