import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { rootCertificate as root } from '@rack-gateway/testing/certificates'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '../errors/errors.ts'
import { forgetSecrets } from './environment.ts'
import { readServerConfig } from './server.ts'
import type { SinkConfig } from './sinks.ts'

const least = {
  APP_SECRET_KEY: 'a-key-of-at-least-32-bytes-for-tests',
  RACK_URL_STAGING: 'https://rack.example.com',
  RACK_TOKEN_STAGING: 'rack-password',
}
const signingKey = Buffer.alloc(32, 1).toString('base64')

function sinksOf(env: Record<string, string>): readonly SinkConfig[] {
  return readServerConfig({ ...least, ...env }).sinks
}

function problemsOf(env: Record<string, string>): string {
  try {
    sinksOf(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('nothing was wrong')
}

describe('sinks of the environment', () => {
  test('are optional', () => {
    expect(sinksOf({})).toEqual([])
  })

  test.each([
    ['stdout:', { kind: 'stdout' }],
    ['file:///var/log/audit.ndjson', { kind: 'file', path: '/var/log/audit.ndjson', rotateAt: null, keep: 10 }],
    [
      'file:///var/log/a%20b.ndjson?rotate=100MiB&keep=3',
      { kind: 'file', path: '/var/log/a b.ndjson', rotateAt: 100 * 1024 * 1024, keep: 3 },
    ],
    ['syslog+tls://logs.example.com', { kind: 'syslog', host: 'logs.example.com', port: 6514, tls: true, limit: 8192 }],
    [
      'syslog+tls://[2001:db8::1]:99?limit=64KiB',
      { kind: 'syslog', host: '2001:db8::1', port: 99, tls: true, limit: 65_536 },
    ],
    ['syslog+tcp://127.0.0.1:514', { kind: 'syslog', host: '127.0.0.1', port: 514, tls: false, limit: 8192 }],
    ['s3://records/audit?region=eu-west-1', { kind: 's3', address: 's3://records/audit?region=eu-west-1' }],
  ])('%s', (url, target) => {
    expect(sinksOf({ AUDIT_SINK_URL_SIEM: url })).toEqual([{ name: 'siem', target, header: null, ca: null, kinds: [] }])
  })

  test('addresses of webhooks and collectors are secrets, and so are signing keys and headers', () => {
    const env = {
      AUDIT_SINK_URL_SIEM: 'https://siem.example.com/hook/hunter2',
      AUDIT_SINK_SECRET_SIEM: `whsec_${signingKey},${Buffer.alloc(24, 2).toString('base64')}`,
      AUDIT_SINK_HEADER_SIEM: 'Authorization: Splunk hunter2',
      AUDIT_SINK_KINDS_SIEM: 'refused, login.*',
      AUDIT_SINK_URL_EU_LOGS: 'otlp+https://otlp.example.com:4318',
    }
    const sinks = sinksOf(env)
    const [logs, siem] = sinks
    expect(sinks.map(({ name }) => name)).toEqual(['eu-logs', 'siem'])
    if (siem?.target.kind !== 'webhook' || logs?.target.kind !== 'otlp') throw new Error('other kinds')
    expect(siem.target.url.reveal()).toBe('https://siem.example.com/hook/hunter2')
    expect(siem.target.keys.map((key) => key.reveal())).toEqual(['01'.repeat(32), '02'.repeat(24)])
    expect(siem.header?.name).toBe('authorization')
    expect(siem.header?.value.reveal()).toBe('Splunk hunter2')
    expect(siem.kinds).toEqual(['refused', 'login.*'])
    expect(logs.target.url.reveal()).toBe('https://otlp.example.com:4318/v1/logs')
    for (const shown of [JSON.stringify(sinks), inspect(sinks, { depth: 9 })]) {
      expect(shown).not.toMatch(/hunter2|0101|example\.com/)
    }
    forgetSecrets(env)
    expect(env).toEqual({})
  })

  test('the path of a collector is preserved', () => {
    const [sink] = sinksOf({ AUDIT_SINK_URL_LOGS: 'otlp+http://127.0.0.1:4318/api/logs?x=1' })
    expect(sink?.target.kind === 'otlp' && sink.target.url.reveal()).toBe('http://127.0.0.1:4318/api/logs?x=1')
  })

  test('authorities are given as text or as a file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sink-ca-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'ca.pem')
    writeFileSync(path, `some text\n${root}\n`)
    const AUDIT_SINK_URL_SIEM = 'syslog+tls://logs.example.com'
    for (const AUDIT_SINK_CA_SIEM of [root, path])
      expect(sinksOf({ AUDIT_SINK_URL_SIEM, AUDIT_SINK_CA_SIEM })[0]?.ca).toBe(root)
    expect(problemsOf({ AUDIT_SINK_URL_SIEM, AUDIT_SINK_CA_SIEM: '/nowhere/ca.pem' })).toContain(
      'AUDIT_SINK_CA_SIEM names a file that cannot be read',
    )
  })

  test.each([
    ['siem.example.com', 'is not a URL'],
    ['ftp://hunter2', 'does not begin with the name of a kind of sink'],
    ['https://user:hunter2@siem.example.com', 'contains credentials, which belong in an AUDIT_SINK_HEADER variable'],
    ['https://siem.example.com/#hunter2', 'has a fragment'],
    ['https://siem.example.com/ hunter2', 'has a space, a backslash, or a control character in it'],
    ['http://siem.example.com/hunter2', 'would send events unencrypted'],
    ['http://127.0.0.1.example.com', 'would send events unencrypted'],
    ['otlp+http://otlp.example.com', 'would send events unencrypted'],
    ['syslog+tcp://logs.example.com', 'would send events unencrypted'],
    ['syslog+udp://logs.example.com', 'does not begin with the name of a kind of sink'],
    ['syslog+tls://', 'names no host'],
    ['syslog+tls://logs.example.com/path', 'has a path'],
    ['syslog+tls://logs.example.com?limit=2KB', 'has an invalid value of limit'],
    ['syslog+tls://logs.example.com?limit=1KiB', 'has an invalid value of limit'],
    ['syslog+tls://logs.example.com?facility=3', 'has a parameter that syslog+tls:// does not support'],
    ['stdout://x', 'has something after stdout:'],
    ['file://host/var/log/x', 'names no file'],
    ['file:///var/log/', 'names no file'],
    ['file:///var/log%2Fx', 'has %2F, %5C, %00, or an invalid percent-escape in its path'],
    ['file:///x?rotate=lots', 'has an invalid value of rotate'],
    ['file:///x?keep=0', 'has an invalid value of keep'],
    ['s3:///prefix', 'names no bucket'],
  ])('%s is refused, and not repeated', (url, problem) => {
    const said = problemsOf({ AUDIT_SINK_URL_SIEM: url })
    expect(said).toContain(`AUDIT_SINK_URL_SIEM ${problem}; it should be where events go: `)
    expect(said).not.toContain('hunter2')
  })

  test.each([
    [{ AUDIT_SINK_SECRET_SIEM: signingKey }, 'AUDIT_SINK_URL_SIEM is missing'],
    [
      { AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_SECRET_SIEM: 'hunter2' },
      'AUDIT_SINK_SECRET_SIEM is not of 24 to 64 bytes',
    ],
    [{ AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_SECRET_SIEM: 'hunter2!' }, 'AUDIT_SINK_SECRET_SIEM is not base64'],
    [
      { AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_SECRET_SIEM: `${signingKey},hunter2` },
      'AUDIT_SINK_SECRET_SIEM has a key (number 2) that is not of 24',
    ],
    [{ AUDIT_SINK_URL_SIEM: 'stdout:', AUDIT_SINK_SECRET_SIEM: signingKey }, 'AUDIT_SINK_SECRET_SIEM is set although'],
    [
      { AUDIT_SINK_URL_SIEM: 's3://records', AUDIT_SINK_HEADER_SIEM: 'A: hunter2' },
      'AUDIT_SINK_HEADER_SIEM is set although',
    ],
    [{ AUDIT_SINK_URL_SIEM: 'http://localhost', AUDIT_SINK_CA_SIEM: root }, 'AUDIT_SINK_CA_SIEM is set although'],
    [
      { AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_HEADER_SIEM: 'hunter2' },
      'is not a header of the form Name: value',
    ],
    [{ AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_HEADER_SIEM: 'a: b\r\nc: hunter2' }, 'is not a header of the form'],
    [
      { AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_HEADER_SIEM: 'Webhook-Signature: hunter2' },
      'has a header that the gateway sets itself',
    ],
    [{ AUDIT_SINK_URL_SIEM: 'https://x', AUDIT_SINK_KINDS_SIEM: 'Refused' }, 'has an entry that is neither a kind'],
    [{ AUDIT_SINK_URL_SIEM: 'stdout:', AUDIT_SINK_URL_siem: 'stdout:' }, 'are the same sink, siem'],
    [{ AUDIT_SINK_URL_: 'stdout:' }, 'does not end in the name of a sink'],
    [{ AUDIT_SINK_SIEM: 'stdout:' }, 'AUDIT_SINK_SIEM is not a variable of the gateway'],
  ])('%j is refused', (env, problem) => {
    const said = problemsOf(env)
    expect(said).toContain(problem)
    expect(said).not.toContain('hunter2')
  })
})
