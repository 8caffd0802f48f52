import { type Database, invitations, users } from '@rack-gateway/database'
import { and, desc, eq, type SQL } from 'drizzle-orm'
import { checkId } from '../admin/names.ts'
import { afterCursor, onlyItem, type PageRequest, pageOf, positionOf } from './page.ts'

/** Lists invitations in pages, newest first, ended ones included. */
export function createInvitationLists({ db }: Pick<Database, 'db'>) {
  async function invitationPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...columns, position: positionOf(invitations) })
      .from(invitations)
      .innerJoin(users, eq(users.id, invitations.invitedBy))
      .where(and(filter, afterCursor(invitations, page)))
      .orderBy(desc(invitations.createdAt), desc(invitations.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, ...invitation }) => invitation)
  }

  return {
    invitations: (page: PageRequest) => invitationPage(page),
    invitation: (id: string) =>
      onlyItem(invitationPage({ limit: 1 }, eq(invitations.id, checkId('invitation', id))), 'invitation'),
  }
}

const columns = {
  id: invitations.id,
  email: invitations.email,
  issuer: invitations.issuer,
  grants: invitations.grants,
  reason: invitations.reason,
  invitedBy: invitations.invitedBy,
  inviterEmail: users.email,
  createdAt: invitations.createdAt,
  expiresAt: invitations.expiresAt,
  endedAt: invitations.endedAt,
  outcome: invitations.outcome,
  userId: invitations.userId,
}
