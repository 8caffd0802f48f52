import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { type Static, Type } from 'typebox'
import { directoryProblem, s3Problem, signingKeysProblem, webhookProblem } from './audit-values.ts'
import { durationProblem } from './duration.ts'
import { adminUsersProblem, allowedDomainsProblem, issuerProblem, publicUrlProblem } from './login-values.ts'
import { certificatesProblem } from './rack-certificates.ts'
import { pinsProblem } from './rack-pins.ts'
import {
  databaseUrlProblem,
  networksProblem,
  policyPackagesProblem,
  rackUrlProblem,
  secretKeysProblem,
} from './server-values.ts'
import { sizeOf, sizeProblem } from './size.ts'

/**
 * The server's environment. A description says what a value looks like: it completes "should be …",
 * in messages and in the reference. Absent and empty are the same, and then
 * `default` is what counts.
 */
export const ServerEnvironment = Type.Object({
  APP_SECRET_KEY: checked(
    'one or more keys of at least 32 bytes, separated by commas, newest first; make one with: openssl rand -base64 32',
    secretKeysProblem,
  ),
  DATABASE_URL: Type.Optional(
    checked(
      'the runtime login, postgres://user:password@host:5432/database; unset: an embedded PostgreSQL under DATA_DIR',
      databaseUrlProblem,
    ),
  ),
  DATABASE_OWNER_URL: Type.Optional(
    checked(
      "the owner's login, which migrates and retains, postgres://owner:password@host:5432/database",
      databaseUrlProblem,
    ),
  ),
  DATA_DIR: Type.String({ description: 'a directory for the embedded PostgreSQL', default: '.data' }),
  PORT: checked('a port from 0 to 65535 (0: any free one)', portProblem, '8447'),
  HOST: checked('the address to listen on, such as 127.0.0.1, or 0.0.0.0 in a container', hostProblem, '127.0.0.1'),
  PUBLIC_URL: Type.Optional(
    checked(
      'where people and pipelines reach the gateway, https:// and a host with nothing after it (http:// only on this machine)',
      publicUrlProblem,
    ),
  ),
  POLICY_FILE: Type.Optional(
    Type.String({
      description:
        'the path of a policy document in YAML, which is read again when it changes; unset: the built-in policy',
    }),
  ),
  POLICY_PACKAGES: Type.Optional(
    checked(
      'policy packages in the order in which they are asked, separated by commas: names of npm packages, and paths of files that begin with ./ or /',
      policyPackagesProblem,
    ),
  ),
  RECORDINGS: Type.Optional(
    checked(
      'where recordings of sessions are kept: the path of a directory from / on, or s3://bucket/prefix?region=eu-west-1; unset: nothing is recorded',
      recordingsProblem,
    ),
  ),
  RECORDINGS_KEEP: Type.Optional(
    checked(
      'how long a recording is kept after its end: a duration from 1d to 3650d, such as 90d; unset: for ever',
      durationProblem('1d', '3650d'),
    ),
  ),
  RECORDINGS_MAX_SIZE: Type.Optional(
    checked(
      'what ended recordings may come to, such as 500GiB, before the oldest are removed; unset: anything',
      sizeProblem,
    ),
  ),
  AUDIT_READS: Type.Enum(['strict', 'relaxed'], {
    description: 'strict (a read is answered once its record is durable) or relaxed (recorded within 100 ms)',
    default: 'strict',
  }),
  AUDIT_SIGNING_KEY: Type.Optional(
    checked(
      'one or more keys that checkpoints are signed with, 32 bytes in base64, separated by commas, newest first; make one with: openssl rand -base64 32; unset: derived from APP_SECRET_KEY',
      signingKeysProblem,
    ),
  ),
  AUDIT_CHECKPOINT_DIR: Type.Optional(
    checked(
      "a directory for copies of checkpoints, which all replicas share and the database's owner can't change, from / on",
      directoryProblem,
    ),
  ),
  AUDIT_CHECKPOINT_S3: Type.Optional(
    checked(
      'a bucket for copies of checkpoints, s3://bucket/prefix?region=eu-west-1, with Object Lock; credentials are found as the AWS client finds them',
      s3Problem,
    ),
  ),
  AUDIT_CHECKPOINT_S3_LOCK: checked(
    'how long nobody can change or remove a copy in AUDIT_CHECKPOINT_S3 (Object Lock, compliance mode): a duration from 0s (no lock) to 3650d, such as 400d',
    durationProblem('0s', '3650d'),
    '400d',
  ),
  AUDIT_CHECKPOINT_WEBHOOK: Type.Optional(
    checked(
      'where each checkpoint is posted to, https:// (http:// only on this machine); it may hold a secret',
      webhookProblem,
    ),
  ),
  AUDIT_FALLBACK_DIR: Type.Optional(
    checked(
      'an absolute path of a directory that outlives the process, for records while the database is away; it is made, 0700, when there is none; unset: calls are refused then',
      absolutePathProblem,
    ),
  ),
  AUTH_MAX_STALE: checked(
    'how long known identities go on without the database: a duration from 0s to 1h, such as 60s',
    durationProblem('0s', '1h'),
    '60s',
  ),
  SESSION_MAX_AGE: checked(
    'how long a session lives after its last renewal: a duration from 1h to 90d, such as 30d',
    durationProblem('1h', '90d'),
    '30d',
  ),
  SESSION_LIFETIME: checked(
    'how long renewals go on after the last login: a duration from 1h to 365d, no less than SESSION_MAX_AGE',
    durationProblem('1h', '365d'),
    '90d',
  ),
  SESSION_OVERLAP: checked(
    "how long a session's token goes on when a newer one has taken its place: a duration from 0s to 7d, such as 24h",
    durationProblem('0s', '7d'),
    '24h',
  ),
  STRANGERS_PER_MINUTE: checked(
    'how many calls without a credential that holds one address may make in a minute, from 10 to 1000000',
    strangersProblem,
    '300',
  ),
  CHANGES_PER_MINUTE: checked(
    'how many changes through the management API one principal may make in a minute, from 10 to 10000',
    changesProblem,
    '600',
  ),
  API_TOKENS_PER_OWNER: checked(
    'how many API tokens one owner may have that are neither revoked nor expired, from 1 to 10000',
    countProblem,
    '250',
  ),
  CALLS_PER_PRINCIPAL: checked(
    'how many calls one principal may have in progress on one rack, from 1 to 10000, without transfers and WebSockets',
    countProblem,
    '64',
  ),
  CALLS_PER_RACK: checked(
    'how many such calls all principals together may have in progress on one rack, from 1 to 10000',
    countProblem,
    '512',
  ),
  TRANSFERS_PER_PRINCIPAL: checked(
    'how many uploads and downloads one principal may have in progress on one rack, from 1 to 10000',
    countProblem,
    '64',
  ),
  TRANSFERS_PER_RACK: checked(
    'how many uploads and downloads all principals together may have in progress on one rack, from 1 to 10000',
    countProblem,
    '512',
  ),
  WEBSOCKETS_PER_PRINCIPAL: checked(
    'how many WebSockets (logs, exec, proxy) one principal may have open on one rack, from 1 to 10000',
    countProblem,
    '256',
  ),
  CALLS_PER_CONNECTION: checked(
    'how many requests of one connection may be in progress, from 1 to 10000; more are read when one of them is answered',
    countProblem,
    '2',
  ),
  MASK_MEMORY: checked(
    'the memory for large answers while they are masked and sent, at least 32MiB, such as 64MiB',
    maskMemoryProblem,
    '64MiB',
  ),
  BODY_TIMEOUT: checked(
    'in which time a request body for a rack has to bring 1 KiB while the gateway waits for it: a duration from 1s to 1h, such as 5m',
    durationProblem('1s', '1h'),
    '5m',
  ),
  REQUEST_TIMEOUT: checked(
    'how long the head of a request may take, and the body of a request to the gateway itself: a duration from 1s to 10m, such as 30s',
    durationProblem('1s', '10m'),
    '30s',
  ),
  TRUSTED_PROXIES: Type.Optional(
    checked(
      'the addresses and networks of the proxies in front, such as 10.0.0.0/8,2001:db8::1, separated by commas: only from these is X-Forwarded-For believed',
      networksProblem,
    ),
  ),
  GOOGLE_CLIENT_ID: Type.Optional(
    printable('the client ID of an OAuth client of Google, which ends in .apps.googleusercontent.com'),
  ),
  GOOGLE_CLIENT_SECRET: Type.Optional(printable('the client secret that belongs to GOOGLE_CLIENT_ID')),
  OIDC_ISSUER: Type.Optional(
    checked(
      'the issuer of an OpenID provider, exactly as it names itself, such as https://example.okta.com; http only on loopback',
      issuerProblem,
    ),
  ),
  OIDC_CLIENT_ID: Type.Optional(printable('the client ID that OIDC_ISSUER gave to the gateway')),
  OIDC_CLIENT_SECRET: Type.Optional(printable('the client secret that belongs to OIDC_CLIENT_ID')),
  OIDC_GROUPS_CLAIM: Type.Optional(printable("the claim of the id_token that lists a person's groups, such as groups")),
  ALLOWED_DOMAINS: Type.Optional(
    checked(
      'the domains of e-mail addresses that may log in, separated by commas, such as example.com',
      allowedDomainsProblem,
    ),
  ),
  ADMIN_USERS: Type.Optional(
    checked(
      'e-mail addresses, separated by commas: whoever logs in first with one of them becomes an administrator',
      adminUsersProblem,
    ),
  ),
  DEFAULT_ROLE: Type.Optional(
    checked('the role that others get at their first login, such as viewer; never admin', defaultRoleProblem),
  ),
  SESSION_IDLE: checked(
    'how long a browser may go unused before it is logged out: a duration from 1m to 30d, such as 12h',
    durationProblem('1m', '30d'),
    '12h',
  ),
  METRICS_PORT: Type.Optional(
    checked('a port from 1 to 65535, other than PORT, for /metrics alone; unset: no metrics', metricsPortProblem),
  ),
  METRICS_HOST: checked(
    'the address that metrics are at, such as 127.0.0.1, or 0.0.0.0 where only the collector reaches that port',
    hostProblem,
    '127.0.0.1',
  ),
  DEVICE_LOGIN: Type.Enum(['off', 'same-address', 'on'], {
    description:
      'on (rack-gateway login may be finished by typing its code into a browser), same-address (only into one at the address that it was begun at) or off',
    default: 'on',
  }),
  CLI_MINIMUM_VERSION: Type.Optional(
    checked(
      'the oldest version of rack-gateway that people should still use, such as 1.4.0: version and doctor then ask for a newer one, and nothing is refused; unset: any',
      versionProblem,
    ),
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    description: 'fatal, error, warn, info, debug, trace or silent',
    default: 'info',
  }),
})
export type ServerEnvironment = Static<typeof ServerEnvironment>

/** The variables of one rack, without the rack's name at their ends; `RACK_CA` after its file was read. */
export const RackEnvironment = Type.Object({
  RACK_URL: checked(
    "the rack's API, such as https://api.staging.convox.cloud, with nothing after the host and port",
    rackUrlProblem,
  ),
  RACK_TOKEN: Type.String({
    description: "the rack's password, in printable ASCII without spaces",
    pattern: '^[\\x21-\\x7e]+$',
  }),
  RACK_TLS_INSECURE: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      description: "true or false (true: the rack's certificate is not verified, except by RACK_TLS_PIN)",
      default: 'false',
    }),
  ),
  RACK_CA: Type.Optional(
    checked(
      "the only authorities that may have signed the rack's certificate: PEM certificates, or the path of a file of them",
      certificatesProblem,
    ),
  ),
  RACK_TLS_PIN: Type.Optional(
    checked(
      "the SHA-256 of each public key that the rack's certificate may have, separated by commas, as sha256/<base64> or in hex",
      pinsProblem,
    ),
  ),
})
export type RackEnvironment = Static<typeof RackEnvironment>

export function checked(description: string, problem: (value: string) => string | null, fallback?: string) {
  const text = Type.String(fallback === undefined ? { description } : { description, default: fallback })
  return Type.Refine(
    text,
    (value) => problem(value) === null,
    (value) => problem(value) ?? '',
  )
}

function printable(description: string) {
  return Type.String({ description, pattern: '^[\\x21-\\x7e]+$' })
}

function defaultRoleProblem(value: string): string | null {
  if (!/^[a-z][a-z0-9-]*$/.test(value)) return 'is not the name of a role'
  return value === 'admin' ? 'would make everybody an administrator' : null
}

/** Whether a bucket's name and the rest of it hold is seen when it is opened. */
function recordingsProblem(value: string): string | null {
  if (/[\s\p{Cc}]/u.test(value)) return 'has a space or a control character in it'
  return /^(\/|file:\/\/\/|s3:\/\/)/.test(value)
    ? null
    : 'is neither a path from / on nor an address that begins with s3://'
}

function absolutePathProblem(value: string): string | null {
  return isAbsolute(value) ? null : 'is not an absolute path'
}

function versionProblem(value: string): string | null {
  return /^(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}$/.test(value) ? null : 'is not a version of three numbers'
}

function portProblem(value: string): string | null {
  return /^(0|[1-9]\d{0,4})$/.test(value) && Number(value) <= 65_535 ? null : 'is not a port'
}

/** A port that nobody can predict is none that a collector finds, or that proxies are kept from. */
function metricsPortProblem(value: string): string | null {
  return value === '0' ? 'is not a port' : portProblem(value)
}

function strangersProblem(value: string): string | null {
  return /^[1-9]\d{1,6}$/.test(value) && Number(value) <= 1_000_000 ? null : 'is not a number in range'
}

function changesProblem(value: string): string | null {
  return countProblem(value) === null && Number(value) >= 10 ? null : 'is not a number in range'
}

/** One principal may use half of it, and the largest answer has 16 MiB. */
const leastMaskMemory = 32 * 2 ** 20

function maskMemoryProblem(value: string): string | null {
  return sizeProblem(value) ?? (sizeOf(value) < leastMaskMemory ? 'is less than 32MiB' : null)
}

function countProblem(value: string): string | null {
  return /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 10_000 ? null : 'is not a number in range'
}

function hostProblem(value: string): string | null {
  return isIP(value) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value)
    ? null
    : 'is not an address or host name'
}
