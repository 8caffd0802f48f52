import type { CurrentAccess, CurrentBinding } from '@rack-gateway/rbac-policy/simulation'
import type { PrincipalCall } from '../calls/call.ts'

/** A team has hundreds. More would not fit into the memory of a study together with its calls. */
const maxBindings = 20_000
const maxSubjects = 50_000
const batch = 500

/** The bindings in force, as the access review lists them, and their possible subjects. */
export async function currentAccess(lists: PrincipalCall['lists'], now: number): Promise<CurrentAccess> {
  const subjects = await lists.bindingSubjects(maxSubjects + 1, now)
  const bindings: CurrentBinding[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof lists.accessReview>> = await lists.accessReview(
      { limit: batch, ...(cursor !== null && { cursor }) },
      now,
    )
    bindings.push(...page.items.map(toCurrentBinding))
    cursor = page.next
  } while (cursor !== null && bindings.length < maxBindings)
  const known = subjects.slice(0, maxSubjects).map(({ kind, id, name, suspended }) => ({ kind, id, name, suspended }))
  return { bindings, subjects: known, complete: cursor === null && subjects.length <= maxSubjects }
}

type Reviewed = Awaited<ReturnType<PrincipalCall['lists']['accessReview']>>['items'][number]

function toCurrentBinding(row: Reviewed): CurrentBinding {
  const { binding: id, subjectKind: kind, subjectId, group, role, permissions, racks, apps, expiresAt, reason } = row
  const subject = { kind, id: subjectId }
  return { id, subject, group, role, permissions, racks, apps, expiresAt: expiresAt?.getTime() ?? null, reason }
}
