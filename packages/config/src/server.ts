import { Value } from 'typebox/value'
import { splitSigningKeys } from './audit-values.ts'
import { durationOf, readDuration } from './duration.ts'
import { movedVariables, unknownVariables } from './environment.ts'
import { ConfigError } from './errors.ts'
import { knownValues } from './known-values.ts'
import { type Limits, limitsOf } from './limits.ts'
import { type LoginConfig, loginOf, loginProblems } from './login.ts'
import { nearest } from './nearest.ts'
import { problemsOf } from './problems.ts'
import { type RackConfig, readRacks } from './racks.ts'
import { Secret } from './secret.ts'
import { ServerEnvironment } from './server-schema.ts'
import { splitNetworks, splitPolicyPackages, splitSecretKeys } from './server-values.ts'
import { readSinks, type SinkConfig } from './sinks.ts'
import { readSize } from './size.ts'

/** With `postgres`, `ownerUrl` is null where one login does both: tampering is then detected, not prevented. */
export type DatabaseConfig =
  | { readonly kind: 'postgres'; readonly url: Secret; readonly ownerUrl: Secret | null }
  | { readonly kind: 'embedded'; readonly dataDirectory: string }

/** Who signs checkpoints, and where their copies go. */
export interface CheckpointConfig {
  /** Base64 of 32 bytes each, newest first; empty: derived from the secret keys. */
  readonly signingKeys: readonly Secret[]
  readonly directory: string | null
  /** `lockMs`: of Object Lock; 0: none. */
  readonly s3: { readonly address: string; readonly lockMs: number } | null
  readonly webhook: Secret | null
}

export interface ServerConfig {
  /** At least one, sorted by name. */
  readonly racks: readonly RackConfig[]
  /** At least one, newest first: the first one signs, all of them verify. */
  readonly secretKeys: readonly Secret[]
  readonly database: DatabaseConfig
  /** 0: any free one. */
  readonly port: number
  readonly host: string
  /** Its origin, without a slash at the end. */
  readonly publicUrl: string | null
  readonly auditReads: 'strict' | 'relaxed'
  readonly checkpoints: CheckpointConfig
  /** Absolute path; null: calls are refused while the database can't take records. */
  readonly auditFallbackDir: string | null
  /** How long known identities go on without the database, in milliseconds. */
  readonly authMaxStaleMs: number
  /** Milliseconds: from a renewal to the end, from the last login to the last end, and of a token that was replaced. */
  readonly sessions: { readonly maxAge: number; readonly lifetime: number; readonly overlap: number }
  /** Unauthenticated requests of one address in a minute. */
  readonly unauthenticatedPerMinute: number
  /** Limits of principals, racks, and connections. */
  readonly limits: Limits
  /** CIDRs of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Path of the policy document; null: the built-in one. */
  readonly policyFile: string | null
  /** Where metrics are; null: nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null
  /** Names of npm packages and paths, in the order in which they are asked. */
  readonly policyPackages: readonly string[]
  /** Where recordings are kept: a path or an address; null: nothing is recorded. */
  readonly recordings: string | null
  /** Milliseconds that they are kept, and bytes that they may come to; null: for ever, and any. */
  readonly recordingsKeep: number | null
  readonly recordingsMaxSize: number | null
  /** Where events are sent beside the log, sorted by name. */
  readonly sinks: readonly SinkConfig[]
  readonly logLevel: ServerEnvironment['LOG_LEVEL']
  /** Whether the CLI may be logged in by typing its code into a browser. */
  readonly deviceLogin: ServerEnvironment['DEVICE_LOGIN']
  /** The oldest version of the CLI that people should still use; null: any. */
  readonly cliMinimumVersion: string | null
  /** The login with a browser; null if there is none. */
  readonly login: LoginConfig | null
}

/** Variables that refine another variable. */
const saysMoreAbout: Readonly<Record<string, string>> = {
  RECORDINGS_KEEP: 'RECORDINGS',
  RECORDINGS_MAX_SIZE: 'RECORDINGS',
  AUDIT_CHECKPOINT_S3_LOCK: 'AUDIT_CHECKPOINT_S3',
}

/** Variables without an effect, because the variable that they refine is not set. */
function uselessVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(saysMoreAbout)
    .filter(([name, other]) => env[name] && !env[other])
    .map(
      ([name, other]) => `${name} is set although ${other} is not, without which it does nothing; set both, or neither`,
    )
}

/**
 * The server's configuration, frozen.
 *
 * What a rack puts into an app's environment (`RACK`, `RACK_URL`, `APP`, `RELEASE`, `BUILD`, `SERVICE`) is ignored.
 *
 * @throws ConfigError with every problem at once: the variable's name, what is wrong, what it should look like, no secret
 */
export function readServerConfig(env: NodeJS.ProcessEnv): ServerConfig {
  const problems: string[] = []
  const racks = readRacks(env, problems)
  const sinks = readSinks(env, problems)
  const values = knownValues(env)
  if (values.DATABASE_OWNER_URL !== undefined && values.DATABASE_URL === undefined) {
    problems.push(
      'DATABASE_URL is missing although DATABASE_OWNER_URL is set; it should be the runtime login, or leave both out for an embedded PostgreSQL',
    )
  }
  problems.push(
    ...problemsOf(ServerEnvironment, values, { variable: (name) => name, missing: (name) => meant(name, env) }),
  )
  problems.push(
    ...uselessVariables(env),
    ...sessionProblems(values),
    ...loginProblems(values),
    ...unknownVariables(env),
    ...movedVariables(env),
  )
  if (problems.length > 0 || !Value.Check(ServerEnvironment, values)) throw new ConfigError(problems)

  return Object.freeze({
    racks: Object.freeze(racks),
    secretKeys: Object.freeze(splitSecretKeys(values.APP_SECRET_KEY).map((key) => new Secret(key))),
    database: Object.freeze(databaseOf(values)),
    port: Number(values.PORT),
    host: values.HOST,
    publicUrl: values.PUBLIC_URL === undefined ? null : new URL(values.PUBLIC_URL).origin,
    auditReads: values.AUDIT_READS,
    checkpoints: Object.freeze(checkpointsOf(values)),
    auditFallbackDir: values.AUDIT_FALLBACK_DIR ?? null,
    authMaxStaleMs: durationOf(values.AUTH_MAX_STALE),
    sessions: Object.freeze(sessionsOf(values)),
    unauthenticatedPerMinute: Number(values.STRANGERS_PER_MINUTE),
    limits: Object.freeze(limitsOf(values)),
    trustedProxies: Object.freeze(values.TRUSTED_PROXIES === undefined ? [] : splitNetworks(values.TRUSTED_PROXIES)),
    policyFile: values.POLICY_FILE ?? null,
    metrics:
      values.METRICS_PORT === undefined
        ? null
        : Object.freeze({ host: values.METRICS_HOST, port: Number(values.METRICS_PORT) }),
    policyPackages: Object.freeze(
      values.POLICY_PACKAGES === undefined ? [] : splitPolicyPackages(values.POLICY_PACKAGES),
    ),
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
    signingKeys: Object.freeze(keys === undefined ? [] : splitSigningKeys(keys).map((key) => new Secret(key))),
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

function meant(name: string, env: NodeJS.ProcessEnv): string {
  const near = nearest(
    name,
    Object.keys(env).filter((other) => !(other in ServerEnvironment.properties)),
  )
  return near === null ? '' : ` (is ${near} a misspelling of it?)`
}
