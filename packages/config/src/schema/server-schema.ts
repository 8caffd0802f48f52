import { isIP } from 'node:net'
import { durationProblem } from '@rack-gateway/time'
import { type Static, Type } from 'typebox'
import { certificatesProblem } from '../certificates/rack-certificates.ts'
import { pinsProblem } from '../certificates/rack-pins.ts'
import { sizeOf, sizeProblem } from '../values/size.ts'
import { absolutePathProblem, s3Problem, signingKeysProblem, webhookProblem } from './audit-values.ts'
import { adminUsersProblem, allowedDomainsProblem, issuerProblem, publicUrlProblem } from './login-values.ts'
import {
  databaseUrlProblem,
  networksProblem,
  observeUntilProblem,
  policyPackagesProblem,
  rackUrlProblem,
  secretKeysProblem,
} from './server-values.ts'

/**
 * Each description completes "it should be …", in messages and in the reference. An empty value counts as absent, and
 * then `default` applies.
 */
export const ServerEnvironment = Type.Object({
  APP_SECRET_KEY: checked(
    'one or more keys of at least 32 bytes, separated by commas, newest first; make one with: openssl rand -base64 48',
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
      "the owner's login, for migrations and archives, postgres://owner:password@host:5432/database",
      databaseUrlProblem,
    ),
  ),
  DATA_DIR: Type.String({ description: 'a directory for the embedded PostgreSQL', default: '.data' }),
  PORT: checked('a port from 0 to 65535 (0: any free one)', portProblem, '8447'),
  HOST: checked('the address to listen on, such as 127.0.0.1, or 0.0.0.0 in a container', hostProblem, '127.0.0.1'),
  PUBLIC_URL: Type.Optional(
    checked(
      'the public address of the gateway, https:// and a host without a path (http:// only on this machine)',
      publicUrlProblem,
    ),
  ),
  ORGANIZATION: checked(
    'the first part of rack names in the console mode of the stock CLI, such as acme in acme/staging',
    organizationProblem,
    'gateway',
  ),
  POLICY_FILE: Type.Optional(
    Type.String({
      description: 'the path of a policy document, which is reloaded when it changes; unset: the built-in policy',
    }),
  ),
  POLICY_MODE: Type.Enum(['enforce', 'observe'], {
    description:
      'enforce, or observe (calls that the policy denies for want of a permission, a command rule, or a proof are allowed and recorded); POLICY_MODE_<NAME> overrides it for one rack',
    default: 'enforce',
  }),
  POLICY_OBSERVE_UNTIL: Type.Optional(
    checked(
      'when observe mode ends, at most 30 days after the start of the gateway: a time such as 2027-01-31T12:00:00Z, or a date such as 2027-01-31 (the end of that day in UTC); then the policy is enforced',
      observeUntilProblem,
    ),
  ),
  POLICY_PACKAGES: Type.Optional(
    checked(
      'policy packages in the order in which they decide, separated by commas: npm packages, and paths that begin with ./ or /',
      policyPackagesProblem,
    ),
  ),
  RECORDINGS: Type.Optional(
    checked(
      'the store of session recordings: an absolute path, file:///path, or s3://bucket/prefix?region=eu-west-1; unset: no recordings',
      recordingsProblem,
    ),
  ),
  RECORDINGS_KEEP: Type.Optional(
    checked(
      'how long a recording is kept: a duration from 1d to 3650d, such as 90d; unset: forever',
      durationProblem('1d', '3650d'),
    ),
  ),
  RECORDINGS_MAX_SIZE: Type.Optional(
    checked(
      'the total size of ended recordings, such as 500GiB, above which the oldest are removed; unset: no limit',
      sizeProblem,
    ),
  ),
  AUDIT_READS: Type.Enum(['strict', 'relaxed'], {
    description: 'strict (the event of a read is durable before the response) or relaxed (within 100 ms after it)',
    default: 'strict',
  }),
  AUDIT_SIGNING_KEY: Type.Optional(
    checked(
      'one or more keys for checkpoints, 32 bytes in base64, separated by commas, newest first; unset: derived from APP_SECRET_KEY',
      signingKeysProblem,
    ),
  ),
  AUDIT_CHECKPOINT_DIR: Type.Optional(
    checked(
      "an absolute path for copies of checkpoints, which the database's owner must not be able to write to",
      absolutePathProblem,
    ),
  ),
  AUDIT_CHECKPOINT_S3: Type.Optional(
    checked('a bucket with Object Lock for copies of checkpoints, s3://bucket/prefix?region=eu-west-1', s3Problem),
  ),
  AUDIT_CHECKPOINT_S3_LOCK: checked(
    'how long Object Lock protects these copies (compliance mode): a duration from 0s (no lock) to 3650d, such as 400d',
    durationProblem('0s', '3650d'),
    '400d',
  ),
  AUDIT_CHECKPOINT_WEBHOOK: Type.Optional(
    checked('a URL to which each checkpoint is posted, https:// (http:// only on this machine)', webhookProblem),
  ),
  AUDIT_FALLBACK_DIR: Type.Optional(
    checked(
      'an absolute path for events while the database is down; unset: calls are denied during an outage',
      absolutePathProblem,
    ),
  ),
  AUTH_MAX_STALE: checked(
    'how long cached credentials stay valid without the database: a duration from 0s to 1h, such as 60s',
    durationProblem('0s', '1h'),
    '60s',
  ),
  SESSION_MAX_AGE: checked(
    'the lifetime of a session after its last renewal: a duration from 1h to 90d, such as 30d',
    durationProblem('1h', '90d'),
    '30d',
  ),
  SESSION_LIFETIME: checked(
    'the lifetime of a session after its login: a duration from 1h to 365d, no less than SESSION_MAX_AGE',
    durationProblem('1h', '365d'),
    '90d',
  ),
  SESSION_OVERLAP: checked(
    'how long the previous token stays valid after a renewal: a duration from 0s to 7d, such as 24h',
    durationProblem('0s', '7d'),
    '24h',
  ),
  STRANGERS_PER_MINUTE: checked(
    'unauthenticated requests of one address in a minute, from 10 to 1000000',
    unauthenticatedProblem,
    '300',
  ),
  CHANGES_PER_MINUTE: checked(
    'changes of one principal in a minute, through the management API and on pages of the gateway, from 10 to 10000',
    changesProblem,
    '600',
  ),
  API_TOKENS_PER_OWNER: checked('valid API tokens of one owner, from 1 to 10000', countProblem, '250'),
  CALLS_PER_PRINCIPAL: checked('calls of one principal in progress on one rack, from 1 to 10000', countProblem, '64'),
  CALLS_PER_RACK: checked('calls of all principals in progress on one rack, from 1 to 10000', countProblem, '512'),
  TRANSFERS_PER_PRINCIPAL: checked(
    'uploads and downloads of one principal on one rack, from 1 to 10000',
    countProblem,
    '64',
  ),
  TRANSFERS_PER_RACK: checked(
    'uploads and downloads of all principals on one rack, from 1 to 10000',
    countProblem,
    '512',
  ),
  WEBSOCKETS_PER_PRINCIPAL: checked(
    'open WebSockets of one principal on one rack, from 1 to 10000',
    countProblem,
    '256',
  ),
  CONNECTIONS: checked('open connections of all callers together, from 1 to 10000', countProblem, '10000'),
  CONNECTIONS_PER_CALLER: checked(
    'open connections of one principal, and unauthenticated connections of one client network, from 1 to 10000',
    countProblem,
    '1000',
  ),
  CALLS_PER_CONNECTION: checked('requests in progress on one connection, from 1 to 10000', countProblem, '2'),
  MASK_MEMORY: checked('the memory for large responses, at least 32MiB, such as 64MiB', maskMemoryProblem, '64MiB'),
  BODY_MEMORY: checked('the memory for request bodies, at least 64MiB, such as 128MiB', bodyMemoryProblem, '64MiB'),
  BODY_TIMEOUT: checked(
    'the time in which each 1 KiB of a request body for a rack must arrive: a duration from 1s to 1h, such as 5m',
    durationProblem('1s', '1h'),
    '5m',
  ),
  REQUEST_TIMEOUT: checked(
    'the time in which the head of a request must arrive, or the body of a request to the gateway itself: a duration from 1s to 10m, such as 30s',
    durationProblem('1s', '10m'),
    '30s',
  ),
  TRUSTED_PROXIES: Type.Optional(
    checked(
      'addresses and networks of the proxies in front of the gateway, such as 10.0.0.0/8,2001:db8::1, separated by commas; only their X-Forwarded-For counts',
      networksProblem,
    ),
  ),
  GOOGLE_CLIENT_ID: Type.Optional(
    printable('the client ID of a Google OAuth client, which ends in .apps.googleusercontent.com'),
  ),
  GOOGLE_CLIENT_SECRET: Type.Optional(printable('the client secret of GOOGLE_CLIENT_ID')),
  OIDC_ISSUER: Type.Optional(
    checked(
      'the exact issuer of an OpenID provider, such as https://example.okta.com; http only on loopback',
      issuerProblem,
    ),
  ),
  OIDC_CLIENT_ID: Type.Optional(printable('the client ID of the gateway at OIDC_ISSUER')),
  OIDC_CLIENT_SECRET: Type.Optional(printable('the client secret of OIDC_CLIENT_ID')),
  OIDC_GROUPS_CLAIM: Type.Optional(printable("the claim of the id_token with a person's groups, such as groups")),
  ALLOWED_DOMAINS: Type.Optional(
    checked(
      'the domains of email addresses that can log in, separated by commas, such as example.com',
      allowedDomainsProblem,
    ),
  ),
  ADMIN_USERS: Type.Optional(
    checked(
      'email addresses, separated by commas; for each, the first person who logs in with it becomes an administrator',
      adminUsersProblem,
    ),
  ),
  DEFAULT_ROLE: Type.Optional(
    checked('the role of a new user who is not in ADMIN_USERS, such as viewer; never admin', defaultRoleProblem),
  ),
  SESSION_IDLE: checked(
    'how long a browser session lasts without use: a duration from 1m to 30d, such as 12h',
    durationProblem('1m', '30d'),
    '12h',
  ),
  METRICS_PORT: Type.Optional(
    checked(
      'a port from 1 to 65535, other than PORT, for /metrics and health checks; unset: no metrics',
      metricsPortProblem,
    ),
  ),
  METRICS_HOST: checked(
    'the address of the metrics port, such as 127.0.0.1, or 0.0.0.0 if only the collector can reach it',
    hostProblem,
    '127.0.0.1',
  ),
  DEVICE_LOGIN: Type.Enum(['off', 'same-address', 'on'], {
    description:
      'on (logins by a typed code), same-address (only in a browser at the address where the login began), or off',
    default: 'on',
  }),
  CLI_MINIMUM_VERSION: Type.Optional(
    checked('the oldest version of rack-gateway that people should use, such as 1.4.0; unset: any', versionProblem),
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    description: 'fatal, error, warn, info, debug, trace, or silent',
    default: 'info',
  }),
})
export type ServerEnvironment = Static<typeof ServerEnvironment>

/**
 * The variables of one rack. Their names lack the rack's name: `RACK_URL` is the value of `RACK_URL_STAGING`. `RACK_CA`
 * has the certificates themselves, even if the variable was the path of a file.
 */
export const RackEnvironment = Type.Object({
  RACK_URL: checked("the rack's API, such as https://api.staging.convox.cloud, without a path", rackUrlProblem),
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
      "the only authorities that can sign the rack's certificate: PEM text, or the path of a file",
      certificatesProblem,
    ),
  ),
  POLICY_MODE: Type.Optional(
    Type.Enum(['enforce', 'observe'], { description: 'enforce or observe, for this rack; unset: as POLICY_MODE' }),
  ),
  RACK_TLS_PIN: Type.Optional(
    checked(
      "the SHA-256 of each public key that the rack's certificate can have, separated by commas, as sha256/<base64> or in hex",
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

/** Paths and headers contain the name without escapes. */
function organizationProblem(value: string): string | null {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)
    ? null
    : 'is not a name of at most 64 letters, digits, dots, hyphens, and underscores'
}

/** Checks only the form. Opening the store checks the rest. */
function recordingsProblem(value: string): string | null {
  if (/[\s\p{Cc}]/u.test(value)) return 'has a space or a control character in it'
  return /^(\/|file:\/\/\/|s3:\/\/)/.test(value)
    ? null
    : 'is neither an absolute path nor an address that begins with file:/// or s3://'
}

function versionProblem(value: string): string | null {
  return /^(0|[1-9]\d{0,5})(\.(0|[1-9]\d{0,5})){2}$/.test(value) ? null : 'is not a version of three numbers'
}

function portProblem(value: string): string | null {
  return /^(0|[1-9]\d{0,4})$/.test(value) && Number(value) <= 65_535 ? null : 'is not a port'
}

/** Rejects port 0: a collector could not find a random port. */
function metricsPortProblem(value: string): string | null {
  return value === '0' ? 'is not a port' : portProblem(value)
}

function unauthenticatedProblem(value: string): string | null {
  return /^[1-9]\d{1,6}$/.test(value) && Number(value) <= 1_000_000 ? null : 'is not a number in range'
}

function changesProblem(value: string): string | null {
  return countProblem(value) === null && Number(value) >= 10 ? null : 'is not a number in range'
}

/** One principal may use half of the memory, and the largest response that can be masked has 16 MiB. */
const minMaskMemory = 32 * 2 ** 20

function maskMemoryProblem(value: string): string | null {
  return sizeProblem(value) ?? (sizeOf(value) < minMaskMemory ? 'is less than 32MiB' : null)
}

/** One principal may use a quarter of the memory, and the largest form has 4 MiB, which count four times. */
const minBodyMemory = 64 * 2 ** 20

function bodyMemoryProblem(value: string): string | null {
  return sizeProblem(value) ?? (sizeOf(value) < minBodyMemory ? 'is less than 64MiB' : null)
}

function countProblem(value: string): string | null {
  return /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 10_000 ? null : 'is not a number in range'
}

function hostProblem(value: string): string | null {
  return isIP(value) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value)
    ? null
    : 'is not an address or host name'
}
