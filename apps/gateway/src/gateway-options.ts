import type { SinkSettings } from '@rack-gateway/audit/sinks'
import type { SessionTerms } from '@rack-gateway/auth'
import type { DeviceLoginMode } from '@rack-gateway/auth/cli-login'
import type { LoginSettings } from '@rack-gateway/auth/login'
import type { Limits } from '@rack-gateway/config'
import type { RackSettings } from '@rack-gateway/rack-registry'
import type { RecordingLimits } from '@rack-gateway/recordings'
import type { FastifyBaseLogger } from 'fastify'
import type { CheckpointSettings } from './audit/checkpoints.ts'
import type { MetricsAddress } from './operations/metrics-server.ts'
import type { RecordingRetention } from './recordings/retention.ts'

export type SecretKeys = readonly [Buffer, ...Buffer[]]

export interface RecordingSettings {
  /** Of an object store. */
  readonly address: string
  readonly limits?: Partial<RecordingLimits>
  /** All is kept when absent. */
  readonly retention?: RecordingRetention
  /** Whether a thread of its own records, for which the process needs a second core. Default: where it has one. */
  readonly thread?: boolean
}

export interface GatewayOptions {
  readonly racks: readonly RackSettings[]
  /** Newest first. */
  readonly secretKeys: SecretKeys
  /** The runtime login. Its database must be migrated. */
  readonly databaseUrl: string
  readonly log: FastifyBaseLogger
  readonly auditReads: 'strict' | 'relaxed'
  /** Absolute path of a directory for records while the database is away; null: none. */
  readonly auditFallbackDir: string | null
  /** Milliseconds. */
  readonly authMaxStale: number
  readonly sessions: SessionTerms
  /** PUBLIC_URL: where browsers reach the gateway, and the audience of CI jobs; null: neither is let in. */
  readonly publicUrl: string | null
  /** How people log in with a browser; null where they don't. */
  readonly login: LoginSettings | null
  /** Whether the CLI may be logged in by typing its code into a browser. */
  readonly deviceLogin: DeviceLoginMode
  /** The oldest version of the CLI that people should still use; null: any. */
  readonly cliMinimumVersion: string | null
  /** Between two polls of such a login; 5 when absent. */
  readonly devicePollSeconds?: number
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Calls without a credential that holds which one address may make in a minute. */
  readonly strangersPerMinute: number
  /** CIDRs of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Path of the policy document; null: the built-in one. */
  readonly policyFile: string | null
  /** Where metrics are; null: nowhere. */
  readonly metrics: MetricsAddress | null
  /** Who signs checkpoints of the audit log, and where copies go. */
  readonly checkpoints: CheckpointSettings
  /** Paths and names of npm packages of the operator's policy packages, in the order in which they are asked. */
  readonly policyPackages: readonly string[]
  /** Where sessions are recorded; null: nowhere. */
  readonly recordings: RecordingSettings | null
  /** Where events are sent beside the log. */
  readonly sinks: readonly SinkSettings[]
  /** What callers may occupy; the defaults where absent. */
  readonly limits?: Partial<Limits>
  /** Node's flags for processes that this one starts; its own when absent. */
  readonly childFlags?: readonly string[]
}
