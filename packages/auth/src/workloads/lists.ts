import { type Database, trusts, workloadSessions } from '@rack-gateway/database'
import type { TrustCondition } from '@rack-gateway/gateway-api'
import type { Job } from '@rack-gateway/rbac-policy'
import { and, desc, eq, type SQL } from 'drizzle-orm'
import { checkId } from '../admin/names.ts'
import { grantsOf } from '../queries/listed-grants.ts'
import { afterCursor, onlyItem, type PageRequest, pageOf, positionOf } from '../queries/page.ts'

/** Lists trusts and workload sessions in pages, newest first. */
export function createWorkloadLists({ db }: Pick<Database, 'db'>) {
  async function trustPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...trustColumns, position: positionOf(trusts) })
      .from(trusts)
      .where(and(filter, afterCursor(trusts, page)))
      .orderBy(desc(trusts.createdAt), desc(trusts.id))
      .limit(page.limit + 1)
    const grants = await grantsOf(
      db,
      'trust',
      rows.map(({ id }) => id),
    )
    return pageOf(rows, page.limit, ({ position: _, conditions, ...trust }) => ({
      ...trust,
      conditions: conditions as TrustCondition[],
      grants: grants.get(trust.id) ?? [],
    }))
  }

  async function sessionPage(page: PageRequest, filter?: SQL) {
    const rows = await db
      .select({ ...sessionColumns, position: positionOf(workloadSessions) })
      .from(workloadSessions)
      .innerJoin(trusts, eq(trusts.id, workloadSessions.trustId))
      .where(and(filter, afterCursor(workloadSessions, page)))
      .orderBy(desc(workloadSessions.createdAt), desc(workloadSessions.id))
      .limit(page.limit + 1)
    return pageOf(rows, page.limit, ({ position: _, job, ...session }) => ({ ...session, job: job as Job }))
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

const trustColumns = {
  id: trusts.id,
  name: trusts.name,
  issuer: trusts.issuer,
  audience: trusts.audience,
  conditions: trusts.conditions,
  maxAge: trusts.maxAge,
  createdAt: trusts.createdAt,
  createdBy: trusts.createdBy,
  revokedAt: trusts.revokedAt,
}
const sessionColumns = {
  id: workloadSessions.id,
  trustId: workloadSessions.trustId,
  trustName: trusts.name,
  name: workloadSessions.name,
  subject: workloadSessions.subject,
  job: workloadSessions.job,
  createdAt: workloadSessions.createdAt,
  expiresAt: workloadSessions.expiresAt,
  endedAt: workloadSessions.endedAt,
  endedReason: workloadSessions.endedReason,
}
