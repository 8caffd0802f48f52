import { nearest } from '@rack-gateway/errors/nearest'
import { durationOf, readDuration } from '@rack-gateway/time'
import { Value } from 'typebox/value'
import { ConfigError } from '../errors/errors.ts'
import { ServerEnvironment } from '../schema/server-schema.ts'
import { splitAtCommas } from '../values/comma-lists.ts'
import { Secret } from '../values/secret.ts'
import { readSize } from '../values/size.ts'
import { problemsOf } from '../variables/problems.ts'
import { removedVariables, unknownVariables } from './environment.ts'
import { knownValues } from './known-values.ts'
import { type Limits, limitsOf } from './limits.ts'
import { type LoginConfig, loginOf, loginProblems } from './login.ts'
import { type ObserveMode, observeModeOf, observeProblems } from './observe-mode.ts'
import { type RackConfig, readRacks } from './racks.ts'
import { type Setting, settingsOf } from './settings.ts'
import { readSinks, type SinkConfig } from './sinks.ts'

/**
 * `ownerUrl` is null if the gateway uses one login for everything. Tampering with the audit log is then detected, but
 * not prevented.
 */
export type DatabaseConfig =
  | { readonly kind: 'postgres'; readonly url: Secret; readonly ownerUrl: Secret | null }
  | { readonly kind: 'embedded'; readonly dataDirectory: string }

export interface CheckpointConfig {
  /** 32 bytes each, in Base64, newest first. Empty: derived from the secret keys. */
  readonly signingKeys: readonly Secret[]
  readonly directory: string | null
  /** `lockMs` is the duration of Object Lock, or 0 for none. */
  readonly s3: { readonly address: string; readonly lockMs: number } | null
  readonly webhook: Secret | null
}

export interface ServerConfig {
  /** For display, without secrets. */
  readonly settings: readonly Setting[]
  /** At least one, sorted by name. */
  readonly racks: readonly RackConfig[]
  /** At least one, newest first. The first one signs, all of them verify. */
  readonly secretKeys: readonly Secret[]
  readonly database: DatabaseConfig
  /** 0 for any free port. */
  readonly port: number
  readonly host: string
  /** The origin, without a slash at the end, or null if it is not set. */
  readonly publicUrl: string | null
  /** The first part of rack names in the console mode of the stock CLI. */
  readonly organization: string
  readonly auditReads: 'strict' | 'relaxed'
  readonly checkpoints: CheckpointConfig
  /** An absolute path, or null: calls are denied while the database can't store events. */
  readonly auditFallbackDir: string | null
  /** Milliseconds for which cached identities stay valid while the database is unavailable. */
  readonly authMaxStaleMs: number
  /**
   * In milliseconds. `maxAge`: lifetime after the last renewal. `lifetime`: lifetime after the login. `overlap`: how
   * long a replaced token stays valid.
   */
  readonly sessions: { readonly maxAge: number; readonly lifetime: number; readonly overlap: number }
  /** Unauthenticated requests of one client network (an IPv4 address or an IPv6 /64) per minute. */
  readonly unauthenticatedPerMinute: number
  readonly limits: Limits
  /** Addresses and networks of proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[]
  /** The path of the policy document, or null for the built-in policy. */
  readonly policyFile: string | null
  /** Null: the policy is enforced on every rack. */
  readonly observing: ObserveMode | null
  /** Null: no metrics. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  /** Names of npm packages and paths, in the order of their evaluation. */
  readonly policyPackages: readonly string[]
  /** Null: no recordings. */
  readonly recordings: string | null
  /** The retention period in milliseconds, or null for forever. */
  readonly recordingsKeep: number | null
  /** The maximum total size in bytes, or null for no limit. */
  readonly recordingsMaxSize: number | null
  /** The destinations of events besides the audit log, sorted by name. */
  readonly sinks: readonly SinkConfig[]
  readonly logLevel: ServerEnvironment['LOG_LEVEL']
  /** For logins to the CLI by a code that the user types into a browser. */
  readonly deviceLogin: ServerEnvironment['DEVICE_LOGIN']
  /** The oldest version of the CLI that people should still use, or null for any. */
  readonly cliMinimumVersion: string | null
  /** Null: no login with a browser. */
  readonly login: LoginConfig | null
}

/** Variables that have an effect only with another variable. */
const requiredVariables: Readonly<Record<string, string>> = {
  RECORDINGS_KEEP: 'RECORDINGS',
  RECORDINGS_MAX_SIZE: 'RECORDINGS',
  AUDIT_CHECKPOINT_S3_LOCK: 'AUDIT_CHECKPOINT_S3',
}

function uselessVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(requiredVariables)
    .filter(([name, other]) => env[name] && !env[other])
    .map(([name, other]) => `${name} has no effect without ${other}; set both, or neither`)
}

/**
 * Ignores the variables that a rack sets for each app (`RACK`, `RACK_URL`, `APP`, `RELEASE`, `BUILD`, `SERVICE`).
 *
 * @param now the start of the process, in milliseconds since the epoch
 * @throws ConfigError with every problem: the variable's name, what is wrong, and what it should be, without secrets
 */
export function readServerConfig(env: NodeJS.ProcessEnv, now: number = Date.now()): ServerConfig {
  const problems: string[] = []
  const racks = readRacks(env, problems)
  const hasEveryRack = problems.length === 0
  const sinks = readSinks(env, problems)
  const values = knownValues(env)
  if (values.DATABASE_OWNER_URL !== undefined && values.DATABASE_URL === undefined) {
    problems.push(
      'DATABASE_URL is missing although DATABASE_OWNER_URL is set; it should be the runtime login, or leave both out for an embedded PostgreSQL',
    )
  }
  problems.push(
    ...problemsOf(ServerEnvironment, values, {
      variable: (name) => name,
      missing: (name) => misspellingHint(name, env),
    }),
  )
  problems.push(
    ...uselessVariables(env),
    ...sessionProblems(values),
    ...loginProblems(values),
    ...observeProblems(values, { racks, complete: hasEveryRack, now }),
    ...unknownVariables(env),
    ...removedVariables(env),
  )
  if (problems.length > 0 || !Value.Check(ServerEnvironment, values)) throw new ConfigError(problems)

  return Object.freeze({
    settings: settingsOf(env),
    racks: Object.freeze(racks),
    secretKeys: Object.freeze(splitAtCommas(values.APP_SECRET_KEY).map((key) => new Secret(key))),
    database: Object.freeze(databaseOf(values)),
    port: Number(values.PORT),
    host: values.HOST,
    publicUrl: values.PUBLIC_URL === undefined ? null : new URL(values.PUBLIC_URL).origin,
    organization: values.ORGANIZATION,
    auditReads: values.AUDIT_READS,
    checkpoints: Object.freeze(checkpointsOf(values)),
    auditFallbackDir: values.AUDIT_FALLBACK_DIR ?? null,
    authMaxStaleMs: durationOf(values.AUTH_MAX_STALE),
    sessions: Object.freeze(sessionsOf(values)),
    unauthenticatedPerMinute: Number(values.STRANGERS_PER_MINUTE),
    limits: Object.freeze(limitsOf(values)),
    trustedProxies: Object.freeze(values.TRUSTED_PROXIES === undefined ? [] : splitAtCommas(values.TRUSTED_PROXIES)),
    policyFile: values.POLICY_FILE ?? null,
    observing: observeModeOf(values, racks),
    metrics:
      values.METRICS_PORT === undefined
        ? null
        : Object.freeze({ host: values.METRICS_HOST, port: Number(values.METRICS_PORT) }),
    policyPackages: Object.freeze(values.POLICY_PACKAGES === undefined ? [] : splitAtCommas(values.POLICY_PACKAGES)),
    recordings: values.RECORDINGS ?? null,
    recordingsKeep: values.RECORDINGS_KEEP === undefined ? null : durationOf(values.RECORDINGS_KEEP),
    recordingsMaxSize: values.RECORDINGS_MAX_SIZE === undefined ? null : readSize(values.RECORDINGS_MAX_SIZE),
    sinks: Object.freeze(sinks),
    logLevel: values.LOG_LEVEL,
    deviceLogin: values.DEVICE_LOGIN,
    cliMinimumVersion: values.CLI_MINIMUM_VERSION ?? null,
    login: loginOf(values),
  })
}

function checkpointsOf(values: ServerEnvironment): CheckpointConfig {
  const { AUDIT_SIGNING_KEY: keys, AUDIT_CHECKPOINT_S3: address, AUDIT_CHECKPOINT_WEBHOOK: webhook } = values
  return {
    signingKeys: Object.freeze(keys === undefined ? [] : splitAtCommas(keys).map((key) => new Secret(key))),
    directory: values.AUDIT_CHECKPOINT_DIR ?? null,
    s3: address === undefined ? null : Object.freeze({ address, lockMs: durationOf(values.AUDIT_CHECKPOINT_S3_LOCK) }),
    webhook: webhook === undefined ? null : new Secret(webhook),
  }
}

function sessionsOf({ SESSION_MAX_AGE, SESSION_LIFETIME, SESSION_OVERLAP }: ServerEnvironment) {
  return {
    maxAge: durationOf(SESSION_MAX_AGE),
    lifetime: durationOf(SESSION_LIFETIME),
    overlap: durationOf(SESSION_OVERLAP),
  }
}

function sessionProblems({ SESSION_MAX_AGE: maxAge, SESSION_LIFETIME: lifetime }: Record<string, unknown>): string[] {
  const [age, life] = [maxAge, lifetime].map((value) => (typeof value === 'string' ? readDuration(value) : null))
  if (age == null || life == null || age <= life) return []
  return [`SESSION_LIFETIME is ${lifetime}, less than SESSION_MAX_AGE (${maxAge}); it should be at least as long`]
}

function databaseOf(values: ServerEnvironment): DatabaseConfig {
  if (values.DATABASE_URL === undefined) return { kind: 'embedded', dataDirectory: values.DATA_DIR }
  const owner = values.DATABASE_OWNER_URL
  return {
    kind: 'postgres',
    url: new Secret(values.DATABASE_URL),
    ownerUrl: owner === undefined ? null : new Secret(owner),
  }
}

function misspellingHint(name: string, env: NodeJS.ProcessEnv): string {
  const near = nearest(
    name,
    Object.keys(env).filter((other) => !(other in ServerEnvironment.properties)),
  )
  return near === null ? '' : ` (is ${near} a misspelling of it?)`
}
