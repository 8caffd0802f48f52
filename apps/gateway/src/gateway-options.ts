import type { AuditWriterLimits } from '@rack-gateway/audit'
import type { ServerConfig } from '@rack-gateway/config'
import type { RecordingLimits } from '@rack-gateway/recordings'
import type { FastifyBaseLogger } from 'fastify'
import type { WebConsoleSource } from './web-console/source.ts'

export interface GatewayOptions {
  readonly config: GatewayConfig
  /** The URL of a migrated database, with the runtime login. */
  readonly databaseUrl: string
  readonly log: FastifyBaseLogger
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  readonly tuning?: Tuning
  /** Default: the built console. Only the demo can replace it with a development server. */
  readonly webConsole?: WebConsoleSource | undefined
}

/** The parsed environment, without the settings that only the process needs. */
export type GatewayConfig = Omit<ServerConfig, 'database' | 'host' | 'port' | 'logLevel'>

/** Settings that tests change, and that have no environment variable. */
export interface Tuning {
  /** Milliseconds between two checkpoints. */
  readonly checkpointInterval?: number
  readonly auditLimits?: Partial<AuditWriterLimits>
  /** Milliseconds until the counted denials of unauthenticated requests are recorded. */
  readonly denialInterval?: number
  /** The shortest delay of a response to a caller above a limit, in milliseconds. */
  readonly denialDelay?: number
  /** Average milliseconds between two searches for streams and recordings of processes that are gone. */
  readonly adoptionInterval?: number
  /** Average milliseconds between two comparisons of the policy modes of all processes. */
  readonly policyModeInterval?: number
  /** Milliseconds until a rack that does not accept a connection counts as unreachable. */
  readonly connectTimeout?: number
  /** Milliseconds between two requests to a rack that rejects the gateway or is unreachable. */
  readonly rackRecheckInterval?: number
  /** Milliseconds between two pings of an open WebSocket. */
  readonly pingInterval?: number
  readonly recordingLimits?: Partial<RecordingLimits>
  /** Seconds between two polls of a login of the CLI. */
  readonly devicePollSeconds?: number
  /** Flags of Node for child processes. Default: those of this process. */
  readonly childFlags?: readonly string[]
}
