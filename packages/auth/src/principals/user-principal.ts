import { bindings, type Database, secondFactors, users } from '@rack-gateway/database'
import { issuerName, type Principal, readUserName } from '@rack-gateway/rbac-policy'
import { and, eq, inArray, or } from 'drizzle-orm'
import { type BindingRow, bindingOf } from '../accounts/binding-row.ts'
import { isDenial } from '../errors/denial.ts'
import { ambiguousUser, noSuchItem, UserLocked } from '../errors/errors.ts'
import { isId } from '../transactions/names.ts'
import { principalOf } from './principals.ts'
import { userGrants } from './user-grants.ts'

/**
 * The principal that a user would have with a session on all racks, for questions about the user's permissions.
 *
 * @param idOrEmail the ID or email address of the user; the address can name the identity provider, such as
 * `ann@example.com/accounts.google.com`
 * @throws NotFound; AmbiguousUser if several users have the address; UserLocked
 */
export async function findUserPrincipal(
  { db }: Pick<Database, 'db'>,
  idOrEmail: string,
  now: number,
): Promise<Principal> {
  const { email, issuer } = readUserName(idOrEmail)
  const candidates = await db
    .select()
    .from(users)
    .where(isId(idOrEmail) ? eq(users.id, idOrEmail) : eq(users.email, email))
    .orderBy(users.createdAt, users.id)
    .limit(maxSameEmail)
  const found = candidates.filter((one) => issuer === null || issuerName(one.issuer.toLowerCase()) === issuer)
  const [user, another] = found
  if (user === undefined) throw noSuchItem('user')
  if (another !== undefined) throw ambiguousUser(found)
  const ofUser = and(eq(bindings.subjectKind, 'user'), eq(bindings.subjectId, user.id))
  const ofGroups = and(eq(bindings.subjectKind, 'group'), inArray(bindings.subjectId, user.groups))
  const rows: BindingRow[] = await db
    .select()
    .from(bindings)
    .where(user.groups.length === 0 ? ofUser : or(ofUser, ofGroups))
    .orderBy(bindings.createdAt, bindings.id)
  const [granted] = await db
    .select({ grants: userGrants(user.id) })
    .from(users)
    .where(eq(users.id, user.id))
  const hasSecondFactor = (await db.$count(secondFactors, eq(secondFactors.userId, user.id))) > 0
  const common = { ...user, kind: 'user', hasSecondFactor, bindings: rows.map(bindingOf) } as const
  const session = { id: user.id, rack: null, expiresAt: new Date(now + hour), endedAt: null, superseded: null }
  const grants = granted?.grants ?? []
  const principal = principalOf({ kind: 'session', ...session, user: common, grants }, now)
  if (isDenial(principal)) throw new UserLocked()
  return principal
}

/** The maximum number of users with one email address, one for each identity provider. */
const maxSameEmail = 20
const hour = 3_600_000
