import { type Database, invitations, users } from '@rack-gateway/database'
import { eq, getTableColumns, type SQL } from 'drizzle-orm'
import { checkId } from '../admin/names.ts'
import { onlyItem, type PageRequest, positionOf, readPage } from './page.ts'

/** Lists invitations in pages, newest first, ended ones included. */
export function createInvitationLists({ db }: Pick<Database, 'db'>) {
  function invitationPage(page: PageRequest, filter?: SQL) {
    const query = db
      .select({ ...getTableColumns(invitations), inviterEmail: users.email, position: positionOf(invitations) })
      .from(invitations)
      .innerJoin(users, eq(users.id, invitations.invitedBy))
    return readPage(query.$dynamic(), invitations, page, filter)
  }

  return {
    invitations: (page: PageRequest) => invitationPage(page),
    invitation: (id: string) =>
      onlyItem(invitationPage({ limit: 1 }, eq(invitations.id, checkId('invitation', id))), 'invitation'),
  }
}
