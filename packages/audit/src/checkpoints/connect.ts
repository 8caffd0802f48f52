import { customPlans, openPool } from '@rack-gateway/database/pool'
import type { Sql } from 'postgres'

/** Connects at the first query. */
export function connectForCheckpoints(url: string): Sql {
  return openPool(url, {
    max: 1,
    connect_timeout: 5,
    connection: { application_name: 'rack-gateway checkpoints', statement_timeout: 60_000, ...customPlans },
  })
}
