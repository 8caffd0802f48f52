import type { Change } from '@rack-gateway/auth/store'
import { bindings, type Database, secondFactors, users } from '@rack-gateway/database'
import type { Binding, RequestRule } from '@rack-gateway/rbac-policy'
import { and, arrayOverlaps, eq, inArray, or, type SQL, sql } from 'drizzle-orm'

export interface CandidateBinding extends Binding {
  /** The ID of the user, or the name of the command, that created the binding. */
  readonly createdBy: string
}

/** A user who could be a reviewer. */
export interface Candidate {
  readonly id: string
  readonly email: string
  /** The identity provider and the account there. */
  readonly issuer: string
  readonly subject: string
  readonly groups: readonly string[]
  readonly lockedAt: Date | null
  readonly hasSecondFactor: boolean
  /** The bindings of the user and of the user's groups, only with the roles of the rule's reviewers. */
  readonly bindings: readonly CandidateBinding[]
}

const maxCandidates = 1_000

/** Plain text, because drizzle writes a column without its table if the query has only one table. */
function hasRole(roles: readonly string[]): SQL {
  return sql`exists (
    select 1 from ${bindings} b where b.role in ${roles} and (
      (b.subject_kind = 'user' and b.subject_id = users.id::text)
      or (b.subject_kind = 'group' and b.subject_id = any(users.groups))))`
}

/** @param only the ID of the only user to look for. Without it, the first 1,000 users by their email addresses */
export async function findCandidates(
  db: Database['db'] | Change['tx'],
  { reviewers }: Pick<RequestRule, 'reviewers'>,
  only?: string,
): Promise<readonly Candidate[]> {
  const names = (kind: string) => reviewers.flatMap((subject) => (subject.kind === kind ? [subject.name] : []))
  const [groups, roles, emails] = [names('group'), names('role'), names('user').map((email) => email.toLowerCase())]
  const matching: SQL[] = [
    ...(groups.length > 0 ? [arrayOverlaps(users.groups, groups)] : []),
    ...(emails.length > 0 ? [inArray(sql`lower(${users.email})`, emails)] : []),
    ...(roles.length > 0 ? [hasRole(roles)] : []),
  ]
  if (matching.length === 0) return []
  const found = await db
    .select({
      id: users.id,
      email: users.email,
      issuer: users.issuer,
      subject: users.subject,
      groups: users.groups,
      lockedAt: users.lockedAt,
      hasSecondFactor: sql<boolean>`exists (select 1 from ${secondFactors} f where f.user_id = users.id)`,
    })
    .from(users)
    .where(and(or(...matching), only === undefined ? undefined : eq(users.id, only)))
    .orderBy(users.email, users.id)
    .limit(maxCandidates)
  const bindingsOf = await bindingsByUser(
    db,
    found.map(({ id }) => id),
    roles,
  )
  return found.map((user) => ({ ...user, bindings: bindingsOf.get(user.id) ?? [] }))
}

async function bindingsByUser(
  db: Database['db'] | Change['tx'],
  ids: readonly string[],
  roles: readonly string[],
): Promise<ReadonlyMap<string, readonly CandidateBinding[]>> {
  if (ids.length === 0 || roles.length === 0) return new Map()
  const isBindingOfUser = or(
    and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, sql`${users.id}::text`)),
    and(eq(bindings.subjectKind, 'group'), sql`${bindings.subjectId} = any(${users.groups})`),
  )
  const rows = await db
    .select({ user: users.id, binding: bindings })
    .from(users)
    .innerJoin(bindings, isBindingOfUser)
    .where(and(inArray(users.id, [...ids]), inArray(bindings.role, [...roles])))
    .orderBy(bindings.createdAt, bindings.id)
  const byUser = new Map<string, CandidateBinding[]>(ids.map((id) => [id, []]))
  for (const { user, binding } of rows) byUser.get(user)?.push(toBinding(binding))
  return byUser
}

function toBinding({ id, role, racks, apps, expiresAt, createdBy }: typeof bindings.$inferSelect): CandidateBinding {
  return { id, role, racks, apps, expiresAt: expiresAt?.getTime() ?? null, createdBy }
}
