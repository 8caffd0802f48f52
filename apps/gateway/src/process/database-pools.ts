import { limitsOfResource } from '@rack-gateway/config'
import type { PoolSettings } from '@rack-gateway/database'

interface Pool {
  readonly applicationName: string
  /** The maximum number of connections. */
  readonly max: number
  /** How many times the pool is open at once, at most. Default 1. */
  readonly times?: number
  readonly purpose: string
}

/** One connection for each reader of the log and each proof, and one for the keys, which anyone can read. */
const logConnections = limitsOfResource('logReadings').process + limitsOfResource('proofs').process + 1

/** All pools of a gateway process. docs/reference/configuration.md lists them. */
export const databasePools = {
  calls: { applicationName: 'rack-gateway', max: 10, purpose: 'calls, and short background queries' },
  changes: { applicationName: 'rack-gateway changes', max: 1, purpose: 'changes of identities' },
  revocations: { applicationName: 'rack-gateway revocations', max: 1, purpose: 'revocations' },
  revision: { applicationName: 'rack-gateway revision', max: 1, purpose: 'notifications of changes of identities' },
  lastUses: { applicationName: 'rack-gateway uses', max: 1, purpose: 'the last uses of credentials' },
  audit: { applicationName: 'rack-gateway audit', max: 1, purpose: 'new events of the audit log' },
  adoption: { applicationName: 'rack-gateway adoption', max: 1, purpose: 'streams of processes that are gone' },
  fallback: {
    applicationName: 'rack-gateway fallback',
    max: 1,
    purpose: 'the import of fallback files, with `AUDIT_FALLBACK_DIR`',
  },
  sinks: { applicationName: 'rack-gateway sinks', max: 2, purpose: 'sinks of the audit log' },
  checkpoints: {
    applicationName: 'rack-gateway checkpoints',
    max: 1,
    times: 3,
    purpose: 'checkpoints, their lock, and the thread that verifies events',
  },
  searches: { applicationName: 'rack-gateway audit search', max: 4, purpose: 'searches of the audit log' },
  exports: {
    applicationName: 'rack-gateway audit export',
    max: 1,
    times: limitsOfResource('exports').process,
    purpose: 'exports of the audit log',
  },
  log: {
    applicationName: 'rack-gateway audit log',
    max: logConnections,
    purpose: 'readings of the whole audit log, proofs, and keys',
  },
  recordings: {
    applicationName: 'rack-gateway recordings',
    max: 6,
    purpose: 'abandoned and old recordings, with `RECORDINGS`',
  },
} as const satisfies Readonly<Record<string, Pool>>

export type GatewayPools = Readonly<Record<keyof typeof databasePools, PoolSettings>>

export function poolsOf(url: string): GatewayPools {
  const pools = Object.entries(databasePools).map(([name, { applicationName, max }]): [string, PoolSettings] => [
    name,
    { url, applicationName, max },
  ])
  return Object.fromEntries(pools) as GatewayPools
}
