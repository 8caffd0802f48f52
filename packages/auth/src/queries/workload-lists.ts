import { type Database, trusts, workloadSessions } from '@rack-gateway/database'
import type { TrustCondition } from '@rack-gateway/gateway-api'
import type { Job } from '@rack-gateway/rbac-policy'
import { eq, getTableColumns, type SQL } from 'drizzle-orm'
import { checkId } from '../transactions/names.ts'
import { withBindings } from './listed-bindings.ts'
import { onlyItem, type PageRequest, positionOf, readPage } from './page.ts'

/** Lists trusts and workload sessions in pages, newest first. */
export function createWorkloadLists({ db }: Pick<Database, 'db'>) {
  async function trustPage(page: PageRequest, filter?: SQL) {
    const query = db.select({ ...trustColumns, position: positionOf(trusts) }).from(trusts)
    const { items, next } = await readPage(query.$dynamic(), trusts, page, filter)
    const typed = items.map((trust) => ({ ...trust, conditions: trust.conditions as TrustCondition[] }))
    return withBindings(db, 'trust', { items: typed, next })
  }

  async function sessionPage(page: PageRequest, filter?: SQL) {
    const query = db
      .select({
        ...getTableColumns(workloadSessions),
        trustName: trusts.name,
        position: positionOf(workloadSessions),
      })
      .from(workloadSessions)
      .innerJoin(trusts, eq(trusts.id, workloadSessions.trustId))
    const { items, next } = await readPage(query.$dynamic(), workloadSessions, page, filter)
    return { items: items.map((session) => ({ ...session, job: session.job as Job })), next }
  }

  const one = { limit: 1 }
  return {
    trusts: (page: PageRequest) => trustPage(page),
    trust: (id: string) => onlyItem(trustPage(one, eq(trusts.id, checkId('trust', id))), 'trust'),
    workloadSessions: async (page: PageRequest, trust?: string) =>
      sessionPage(page, trust === undefined ? undefined : eq(workloadSessions.trustId, checkId('trust', trust))),
    workloadSession: (id: string) =>
      onlyItem(sessionPage(one, eq(workloadSessions.id, checkId('session', id))), 'session'),
  }
}

const { revokedBy: _, ...trustColumns } = getTableColumns(trusts)
