import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../errors/errors.ts'
import { readServerConfig } from './server.ts'

const key = '0123456789abcdef0123456789abcdef'
const day = 86_400_000
const complete = {
  RACK_URL_STAGING: 'https://api.staging.convox.cloud',
  RACK_TOKEN_STAGING: 'rack-password',
  APP_SECRET_KEY: key,
}

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readServerConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('a complete environment', () => {
  test('becomes a typed configuration, with defaults for missing or empty variables', () => {
    const config = readServerConfig({ ...complete, PORT: '', HOST: '', DATABASE_URL: '', LOG_LEVEL: '' })
    expect(config).toMatchObject({
      racks: [{ name: 'staging', tlsInsecure: false }],
      database: { kind: 'embedded', dataDirectory: '.data' },
      port: 8447,
      host: '127.0.0.1',
      auditReads: 'strict',
      auditFallbackDir: null,
      authMaxStaleMs: 60_000,
      sessions: { maxAge: 30 * day, lifetime: 90 * day, overlap: day },
      deviceLogin: 'on',
      cliMinimumVersion: null,
      organization: 'gateway',
      unauthenticatedPerMinute: 300,
      limits: {
        changesPerMinute: 600,
        apiTokensPerOwner: 250,
        callsPerPrincipal: 64,
        callsPerRack: 512,
        transfersPerPrincipal: 64,
        transfersPerRack: 512,
        websocketsPerPrincipal: 256,
        connections: 10_000,
        connectionsPerCaller: 1_000,
        callsPerConnection: 2,
        maskMemory: 67_108_864,
        bodyMemory: 67_108_864,
        bodyTimeout: 300_000,
        requestTimeout: 30_000,
      },
      trustedProxies: [],
      logLevel: 'info',
    })
    expect(config.racks[0]?.url.href).toBe('https://api.staging.convox.cloud/')
    expect(config.racks[0]?.token.reveal()).toBe('rack-password')
    expect(config.secretKeys.map((secret) => secret.reveal())).toEqual([key])
  })

  test('has the values of the variables that are set', () => {
    const config = readServerConfig({
      ...complete,
      APP_SECRET_KEY: `${'n'.repeat(44)} , ${key}`,
      DATABASE_URL: 'postgres://app:p%40ss@db:5432/gateway',
      DATABASE_OWNER_URL: 'postgresql://owner:pw@db/gateway?sslmode=require',
      PORT: '0',
      HOST: '::',
      AUDIT_READS: 'relaxed',
      AUDIT_FALLBACK_DIR: '/var/lib/rack-gateway/audit',
      AUTH_MAX_STALE: '0s',
      SESSION_MAX_AGE: '2h',
      SESSION_LIFETIME: '3h',
      SESSION_OVERLAP: '10m',
      DEVICE_LOGIN: 'same-address',
      CLI_MINIMUM_VERSION: '1.20.3',
      ORGANIZATION: 'Acme-Inc.2',
      STRANGERS_PER_MINUTE: '77',
      TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1',
      LOG_LEVEL: 'debug',
    })
    expect(config).toMatchObject({ port: 0, host: '::', auditReads: 'relaxed', authMaxStaleMs: 0, logLevel: 'debug' })
    expect(config).toMatchObject({
      sessions: { maxAge: 7_200_000, lifetime: 10_800_000, overlap: 600_000 },
      deviceLogin: 'same-address',
      cliMinimumVersion: '1.20.3',
      organization: 'Acme-Inc.2',
      unauthenticatedPerMinute: 77,
    })
    expect(config).toMatchObject({ trustedProxies: ['10.0.0.0/8', '2001:db8::1'] })
    expect(config.auditFallbackDir).toBe('/var/lib/rack-gateway/audit')
    expect(config.secretKeys.map((secret) => secret.reveal())).toEqual(['n'.repeat(44), key])
    if (config.database.kind !== 'postgres') throw new Error('expected a database')
    expect(config.database.url.reveal()).toBe('postgres://app:p%40ss@db:5432/gateway')
    expect(config.database.ownerUrl?.reveal()).toBe('postgresql://owner:pw@db/gateway?sslmode=require')
  })

  test('can have one login for both uses of the database', () => {
    const { database } = readServerConfig({ ...complete, DATABASE_URL: 'postgres://app@db/gateway' })
    expect(database).toMatchObject({ kind: 'postgres', ownerUrl: null })
  })

  test('is frozen', () => {
    const config = readServerConfig(complete)
    for (const frozen of [config, config.racks, config.racks[0], config.secretKeys, config.database])
      expect(Object.isFrozen(frozen)).toBe(true)
  })

  test('does not show a secret when it is printed', () => {
    const config = readServerConfig({ ...complete, DATABASE_URL: 'postgres://app:db-password@db/gateway' })
    for (const text of [inspect(config, { depth: 9 }), JSON.stringify(config)]) {
      expect(text).not.toMatch(/rack-password|db-password|0123456789abcdef/)
      expect(text).toContain('[secret]')
    }
  })

  test('ignores the variables that a rack sets for its apps, and variables of other programs', () => {
    const ignored = {
      RACK: 'r',
      RACK_URL: 'https://convox:pw@api',
      APP: 'a',
      RELEASE: 'R',
      BUILD: 'B',
      SERVICE: 's',
      DATABASE_POOL: '9',
      PATH: '/bin',
      RACK_ENV: 'x',
    }
    expect(readServerConfig({ ...complete, ...ignored }).racks.map(({ name }) => name)).toEqual(['staging'])
  })

  test("ignores Kubernetes' variables for services called rack-gateway, auth, and audit", () => {
    const links = {
      RACK_GATEWAY_SERVICE_HOST: '10.0.0.1',
      RACK_GATEWAY_SERVICE_PORT: '8447',
      RACK_GATEWAY_SERVICE_PORT_HTTP: '8447',
      RACK_GATEWAY_PORT: 'tcp://10.0.0.1:8447',
      RACK_GATEWAY_PORT_8447_TCP: 'tcp://10.0.0.1:8447',
      AUTH_PORT_80_TCP_ADDR: '10.0.0.2',
      AUDIT_PORT_80_TCP_PROTO: 'tcp',
    }
    expect(problemsOf({ ...complete, ...links })).toEqual([])
  })

  test("ignores the CLI's own variables", () => {
    expect(
      problemsOf({ ...complete, RACK_GATEWAY_URL: 'x', RACK_GATEWAY_TOKEN: 'x', RACK_GATEWAY_CONFIG_DIR: 'x' }),
    ).toEqual([])
  })
})

describe('problems', () => {
  test('for an empty environment, every required variable is listed as missing', () => {
    const problems = problemsOf({})
    expect(problems).toHaveLength(2)
    expect(problems[0]).toContain('RACK_URL_<NAME>')
    expect(problems[1]).toMatch(/^APP_SECRET_KEY is missing; it should be one or more keys of at least 32 bytes/)
  })

  test('all problems are in one message, with the names of the variables and without their values', () => {
    const env = {
      RACK_URL_STAGING: 'https://user:hunter2@host',
      RACK_TOKEN_STAGING: 'has space hunter2',
      RACK_TLS_INSECURE_STAGING: 'hunter2',
      RACK_CA_STAGING: '/nowhere/hunter2',
      RACK_TLS_PIN_STAGING: 'hunter2',
      APP_SECRET_KEY: 'hunter2',
      DATABASE_URL: 'mysql://hunter2',
      DATABASE_OWNER_URL: 'postgres://hunter2',
      PORT: 'hunter2',
      HOST: 'hunter2!',
      AUDIT_READS: 'hunter2',
      AUDIT_FALLBACK_DIR: 'hunter2',
      AUTH_MAX_STALE: 'hunter2',
      LOG_LEVEL: 'hunter2',
      AUDIT_WRITES: 'hunter2',
    }
    const problems = problemsOf(env)
    for (const name of Object.keys(env))
      expect(problems.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1)
    expect(problems).toHaveLength(Object.keys(env).length)
    const error = new ConfigError(problems)
    expect(error.message).not.toContain('hunter2')
    expect(error.code).toBe('RGW_CONFIG_INVALID')
    expect(error.message.split('\n')).toHaveLength(problems.length + 1)
  })

  test('no value of a variable that can be secret is in the message', () => {
    const variable = fc.constantFrom(
      'RACK_URL_STAGING',
      'RACK_TOKEN_STAGING',
      'RACK_TLS_INSECURE_STAGING',
      'RACK_CA_STAGING',
      'RACK_TLS_PIN_STAGING',
      'APP_SECRET_KEY',
      'DATABASE_URL',
      'DATABASE_OWNER_URL',
      'PORT',
      'HOST',
      'AUDIT_READS',
      'LOG_LEVEL',
      'AUDIT_SIGNING_KEY',
      'AUDIT_CHECKPOINT_WEBHOOK',
      'AUDIT_SINK_URL_SIEM',
      'AUDIT_SINK_SECRET_SIEM',
      'AUDIT_SINK_HEADER_SIEM',
      'GOOGLE_CLIENT_SECRET',
      'OIDC_CLIENT_SECRET',
    )
    const prefix = fc.constantFrom('', 'https://', 'postgres://', 'https://u:', ' ')
    fc.assert(
      fc.property(variable, prefix, fc.stringMatching(/^[A-Za-z0-9%@/?# \\]{14,30}$/), (name, start, middle) => {
        const message = problemsOf({ ...complete, [name]: `${start}${middle}` }).join('\n')
        expect(message).not.toContain(middle)
      }),
    )
  })

  test.each([
    ['31 bytes', 'a'.repeat(31), 'is shorter than 32 bytes'],
    ['a short second key', `${key},short`, 'has a key (number 2) that is shorter than 32 bytes'],
    ['a comma at the end', `${key},`, 'has a key (number 2) that is empty'],
    ['the same key twice', `${key},${key}`, 'has a key (number 2) that is the same as number 1'],
  ])('a secret key with %s is an error', (_, value, what) => {
    expect(problemsOf({ ...complete, APP_SECRET_KEY: value })[0]).toContain(`APP_SECRET_KEY ${what}`)
  })

  test('the length of a key is counted in bytes, not in characters', () => {
    expect(problemsOf({ ...complete, APP_SECRET_KEY: 'é'.repeat(16) })).toEqual([])
  })

  test.each(['-1', '65536', '08447', '8447 ', '1e3', '0x50', '8447.0'])('"%s" is not a port', (value) => {
    expect(problemsOf({ ...complete, PORT: value })[0]).toMatch(
      /^PORT is not a port; it should be a port from 0 to 65535/,
    )
  })

  test.each(['[::1]', 'a b', '-x', 'http://127.0.0.1', '127.0.0.1:80'])('"%s" is not a host', (value) => {
    expect(problemsOf({ ...complete, HOST: value })[0]).toMatch(/^HOST is not an address/)
  })

  test.each(['acme/staging', 'a b', 'a,b', '-acme', '..', 'ac%2Fme', 'zürich', 'a'.repeat(65)])(
    '"%s" is not an organization, because headers and paths contain it without escapes',
    (value) => {
      expect(problemsOf({ ...complete, ORGANIZATION: value })).toEqual([
        expect.stringMatching(
          /^ORGANIZATION is not a name of at most 64 letters, digits, dots, hyphens, and underscores/,
        ),
      ])
    },
  )

  test.each(['-1s', '1.5s', '3601s', 'a minute'])('"%s" is not a valid AUTH_MAX_STALE', (value) => {
    expect(problemsOf({ ...complete, AUTH_MAX_STALE: value })[0]).toMatch(/^AUTH_MAX_STALE is not/)
  })

  test.each(['AUTH_MAX_STALE', 'SESSION_IDLE', 'SESSION_MAX_AGE', 'SESSION_LIFETIME', 'SESSION_OVERLAP'])(
    '%s is a duration: a number without a unit is an error that names the units',
    (name) => {
      expect(problemsOf({ ...complete, [name]: '3600' })).toEqual([
        expect.stringMatching(
          `^${name} has no unit: put s, m, h, or d after the number; it should be .*: a duration from .*, (such as|no less)`,
        ),
      ])
    },
  )

  test.each([
    'http://db/x',
    'postgres:///x',
    'postgres://db',
    'postgres://db/',
    'postgres://u:p ss@db/x',
    'postgres://[/x',
  ])('"%s" is not the address of a database', (value) => {
    expect(problemsOf({ ...complete, DATABASE_URL: value })[0]).toMatch(/^DATABASE_URL /)
  })

  test.each([
    ['RECORDINGS_KEEP', '90d', 'RECORDINGS'],
    ['RECORDINGS_MAX_SIZE', '500GiB', 'RECORDINGS'],
    ['AUDIT_CHECKPOINT_S3_LOCK', '30d', 'AUDIT_CHECKPOINT_S3'],
  ])('%s=%s is an error without %s, which it refines', (name, value, other) => {
    expect(problemsOf({ ...complete, [name]: value })).toEqual([
      `${name} has no effect without ${other}; set both, or neither`,
    ])
  })

  test("an owner's login without a runtime login is an error", () => {
    expect(problemsOf({ ...complete, DATABASE_OWNER_URL: 'postgres://owner@db/x' })[0]).toMatch(
      /^DATABASE_URL is missing although DATABASE_OWNER_URL is set/,
    )
  })

  test.each([
    ['AUDIT_READ', 'AUDIT_READS'],
    ['AUTH_MAXSTALE', 'AUTH_MAX_STALE'],
    ['RACK_TLS_INSECUR_STAGING', 'RACK_TLS_INSECURE_STAGING'],
    ['RACK_TLS_PINS_STAGING', 'RACK_TLS_PIN_STAGING'],
    ['RACK_TLS_PNI_STAGING', 'RACK_TLS_PIN_STAGING'],
    ['RACK_GATEWAY_TOKN', 'RACK_GATEWAY_TOKEN'],
  ])('the unknown variable %s is an error, with the suggestion %s', (name, suggestion) => {
    const problems = problemsOf({ ...complete, [name]: 'true' })
    expect(problems.join()).toContain(`${name} is not a variable of the gateway`)
    expect(problems.join()).toContain(`did you mean ${suggestion}?`)
  })

  test('a misspelled name of a required variable is recognized', () => {
    const { APP_SECRET_KEY: value, ...rest } = complete
    expect(problemsOf({ ...rest, APP_SECRET_KEYS: value })[0]).toContain(
      'APP_SECRET_KEY is missing (is APP_SECRET_KEYS a misspelling of it?)',
    )
  })
})

describe('TRUSTED_PROXIES', () => {
  test.each([
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '10.0.0',
    'loopback',
    '10.0.0.0/8,',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '10.0.0.0/08',
  ])('%s is an error', (TRUSTED_PROXIES) => {
    expect(problemsOf({ ...complete, TRUSTED_PROXIES })).toEqual([expect.stringContaining('TRUSTED_PROXIES has')])
  })
})

describe('STRANGERS_PER_MINUTE', () => {
  test.each(['9', '1000001', '1e3', ''.padEnd(9, '9')])(
    '%s unauthenticated requests per minute is an error',
    (STRANGERS_PER_MINUTE) => {
      expect(problemsOf({ ...complete, STRANGERS_PER_MINUTE })).toEqual([
        expect.stringContaining('STRANGERS_PER_MINUTE'),
      ])
    },
  )
})

describe('METRICS_PORT', () => {
  test.each(['0', '65536', 'x'])('%s is not a port', (METRICS_PORT) => {
    expect(problemsOf({ ...complete, METRICS_PORT })).toEqual([expect.stringContaining('METRICS_PORT is not a port')])
  })

  test('enables metrics, by default on loopback', () => {
    expect(readServerConfig(complete).metrics).toBeNull()
    expect(readServerConfig({ ...complete, METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 })
  })
})

test('TOKEN_MAX_AGE, which moved to the policy document, is an error and is not ignored', () => {
  expect(problemsOf({ ...complete, TOKEN_MAX_AGE: '30d' })).toEqual([
    'TOKEN_MAX_AGE is no longer a variable of the gateway; write it as tokens.maxAge into the policy document that POLICY_FILE names',
  ])
})

describe('PUBLIC_URL', () => {
  test.each([
    ['https://gateway.example.com', 'https://gateway.example.com'],
    ['https://Gateway.example.com:443/', 'https://gateway.example.com'],
    ['https://gateway.example.com:8443', 'https://gateway.example.com:8443'],
    ['http://127.0.0.1:8447', 'http://127.0.0.1:8447'],
    ['http://localhost:8447', 'http://localhost:8447'],
    ['', null],
  ])('%s is the origin %s', (PUBLIC_URL, origin) => {
    expect(readServerConfig({ ...complete, PUBLIC_URL }).publicUrl).toBe(origin)
  })

  test.each([
    ['http://gateway.example.com', 'is http, which is for loopback only'],
    ['http://127.0.0.1.example.com', 'is http, which is for loopback only'],
    ['https://gateway.example.com/path', 'has a path'],
    ['https://gateway.example.com/?x', 'contains a character that is not allowed'],
    ['https://user:secret@gateway.example.com', 'contains a character that is not allowed'],
    ['gateway.example.com', 'does not begin with https://'],
  ])('%s is an error: %s', (PUBLIC_URL, problem) => {
    const problems = problemsOf({ ...complete, PUBLIC_URL })
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^PUBLIC_URL ${problem}`))])
    expect(problems.join()).not.toContain('secret')
  })
})

describe('POLICY_PACKAGES', () => {
  test('lists npm packages and paths, in order', () => {
    const list = './policies/freeze.ts, @acme/app-ownership,/etc/policies/late.mjs,../shared.mjs,owners/late'
    expect(readServerConfig({ ...complete, POLICY_PACKAGES: list }).policyPackages).toEqual([
      './policies/freeze.ts',
      '@acme/app-ownership',
      '/etc/policies/late.mjs',
      '../shared.mjs',
      'owners/late',
    ])
    expect(readServerConfig({ ...complete, POLICY_PACKAGES: '' }).policyPackages).toEqual([])
  })

  test.each([
    ['a,,b', 'has an empty entry'],
    ['a,b,a', 'lists "a" twice'],
    ['https://example.com/freeze.mjs', 'has "https://example.com/freeze.mjs", which is neither'],
    ['data:text/javascript', 'has "data:text/javascript", which is neither'],
    ['Policies/Freeze', 'has "Policies/Freeze", which is neither'],
    ['node:fs', 'has "node:fs", which is neither'],
  ])('%s is an error: %s', (list, problem) => {
    expect(problemsOf({ ...complete, POLICY_PACKAGES: list })).toEqual([
      expect.stringContaining(`POLICY_PACKAGES ${problem}`),
    ])
  })
})
