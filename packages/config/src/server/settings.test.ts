import { rootCertificate } from '@rack-gateway/testing/certificates'
import { describe, expect, test } from 'vitest'
import { ServerEnvironment } from '../schema/server-schema.ts'
import { settingsOf } from './settings.ts'

const marker = 'marker-of-a-secret'

const secrets = [
  'APP_SECRET_KEY',
  'AUDIT_CHECKPOINT_WEBHOOK',
  'AUDIT_SIGNING_KEY',
  'AUDIT_SINK_HEADER_SIEM',
  'AUDIT_SINK_SECRET_SIEM',
  'AUDIT_SINK_URL_SIEM',
  'DATABASE_OWNER_URL',
  'DATABASE_URL',
  'GOOGLE_CLIENT_SECRET',
  'OIDC_CLIENT_SECRET',
  'RACK_TOKEN_STAGING',
]

/** By hand: a new variable fails the test until somebody has decided whether its value can be shown. */
const shown = [
  'ADMIN_USERS',
  'ALLOWED_DOMAINS',
  'API_TOKENS_PER_OWNER',
  'AUDIT_CHECKPOINT_DIR',
  'AUDIT_CHECKPOINT_S3',
  'AUDIT_CHECKPOINT_S3_LOCK',
  'AUDIT_FALLBACK_DIR',
  'AUDIT_READS',
  'AUTH_MAX_STALE',
  'BODY_MEMORY',
  'BODY_TIMEOUT',
  'CALLS_PER_CONNECTION',
  'CALLS_PER_PRINCIPAL',
  'CALLS_PER_RACK',
  'CHANGES_PER_MINUTE',
  'CLI_MINIMUM_VERSION',
  'CONNECTIONS',
  'CONNECTIONS_PER_CALLER',
  'DATA_DIR',
  'DEFAULT_ROLE',
  'DEVICE_LOGIN',
  'GOOGLE_CLIENT_ID',
  'HOST',
  'LOG_LEVEL',
  'MASK_MEMORY',
  'METRICS_HOST',
  'METRICS_PORT',
  'OIDC_CLIENT_ID',
  'OIDC_GROUPS_CLAIM',
  'OIDC_ISSUER',
  'ORGANIZATION',
  'POLICY_FILE',
  'POLICY_MODE',
  'POLICY_OBSERVE_UNTIL',
  'POLICY_PACKAGES',
  'PORT',
  'PUBLIC_URL',
  'RECORDINGS',
  'RECORDINGS_KEEP',
  'RECORDINGS_MAX_SIZE',
  'REQUEST_TIMEOUT',
  'SESSION_IDLE',
  'SESSION_LIFETIME',
  'SESSION_MAX_AGE',
  'SESSION_OVERLAP',
  'STRANGERS_PER_MINUTE',
  'TRANSFERS_PER_PRINCIPAL',
  'TRANSFERS_PER_RACK',
  'TRUSTED_PROXIES',
  'WEBSOCKETS_PER_PRINCIPAL',
]

const find = (env: NodeJS.ProcessEnv, name: string) => settingsOf(env).find(({ variable }) => variable === name)

describe('settings', () => {
  test('no secret is in them', () => {
    const env = Object.fromEntries(secrets.map((name) => [name, `https://user:${marker}@host/${marker}?key=${marker}`]))
    const settings = settingsOf(env)
    expect(JSON.stringify(settings)).not.toContain(marker)
    for (const variable of secrets)
      expect(settings).toContainEqual({ variable, value: '[secret]', source: 'environment' })
  })

  test('every variable is either a secret or can be shown', () => {
    const fixed = Object.keys(ServerEnvironment.properties)
    expect(fixed.filter((name) => !secrets.includes(name)).sort()).toEqual(shown)
  })

  test('a user and a password in an address are hidden, wherever the address is', () => {
    const RECORDINGS = `s3://ann:${marker}@bucket/x?endpoint=https://${marker}@s3.example.com`
    expect(find({ RECORDINGS }, 'RECORDINGS')?.value).toBe(
      's3://[secret]@bucket/x?endpoint=https://[secret]@s3.example.com',
    )
  })

  test.each([
    [{ PORT: '9000' }, { variable: 'PORT', value: '9000', source: 'environment' }],
    [{ PORT: '' }, { variable: 'PORT', value: '8447', source: 'default' }],
    [{}, { variable: 'POLICY_FILE', value: null, source: 'unset' }],
    [
      { RACK_URL_EU: 'https://rack.example' },
      { variable: 'RACK_URL_EU', value: 'https://rack.example', source: 'environment' },
    ],
    [{ RACK_CA_EU: '/etc/ca.pem' }, { variable: 'RACK_CA_EU', value: '/etc/ca.pem', source: 'file' }],
    [{ AUDIT_SINK_KINDS_A: 'call' }, { variable: 'AUDIT_SINK_KINDS_A', value: 'call', source: 'environment' }],
  ] as const)('%j has %j', (env, setting) => {
    expect(settingsOf(env)).toContainEqual(setting)
  })

  test('certificates are described', () => {
    expect(find({ RACK_CA_EU: rootCertificate }, 'RACK_CA_EU')?.value).toBe('certificates in PEM form')
  })

  test('the variables of the environment that the gateway does not read are left out', () => {
    expect(JSON.stringify(settingsOf({ AWS_SECRET_ACCESS_KEY: marker, RACK_URL: marker, HOME: marker }))).not.toContain(
      marker,
    )
  })
})
