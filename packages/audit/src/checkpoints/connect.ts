import { customPlans, openPool, type PoolSettings } from '@rack-gateway/database/pool'
import type { Sql } from 'postgres'

/** Connects at the first query. */
export function connectForCheckpoints(pool: PoolSettings): Sql {
  return openPool(pool, {
    connect_timeout: 5,
    connection: { statement_timeout: 60_000, ...customPlans },
  })
}
