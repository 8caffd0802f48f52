import { routesById, runToEnd } from '@rack-gateway/convox-api'
import type { RackCall } from '@rack-gateway/rbac-policy'
import { describe, expect, test } from 'vitest'
import { createBodyDigest } from '../../calls/body-digest.ts'
import type { RoutedCall } from '../../calls/call.ts'
import { type CallDigests, callDigests } from './call-digest.ts'

const digest = createBodyDigest(Buffer.alloc(32, 7))

interface Sent {
  readonly route?: string
  readonly call?: Partial<RackCall>
  readonly search?: string
  readonly form?: string
  readonly headers?: Readonly<Record<string, string>>
}

function digestsOf({ route: id = 'POST /apps/{app}/services/{service}/restart', ...sent }: Sent = {}): CallDigests {
  const route = routesById.get(id)
  if (route === undefined) throw new Error(`no route ${id}`)
  const form = sent.form === undefined ? null : Buffer.from(sent.form)
  const routed = { parsedRequest: { search: sent.search ?? '' }, form } as RoutedCall
  const call = { rack: 'staging', app: 'web', params: {}, process: null, command: null, release: null, ...sent.call }
  const headers = new Map(Object.entries(sent.headers ?? {}))
  return runToEnd(callDigests(routed, { ...call, route } as RackCall, { headers, digest }))
}

const exec = 'WS /apps/{app}/processes/{pid}/exec'
const build = 'POST /apps/{app}/builds'
const upload = 'POST /apps/{app}/objects/{key:.*}'
const processOf = (id: string, own = false): Partial<RackCall> => ({
  params: { app: 'web', pid: id },
  process: { id, service: 'worker', own } as NonNullable<RackCall['process']>,
})
const commandOf = (text: string) => ({ command: { text, argv: text.split(' '), error: null, mode: 'exec' } as const })

describe('both digests differ', () => {
  test.each<[string, Sent, Sent]>([
    ['for another rack', {}, { call: { rack: 'production' } }],
    ['for another app', {}, { call: { app: 'billing' } }],
    ['for another route', {}, { route: 'POST /apps/{app}/cancel' }],
    ['for another service', { call: { params: { service: 'web' } } }, { call: { params: { service: 'worker' } } }],
    ['for another query', { search: '?force=false' }, { search: '?force=true' }],
    ['for another form', { form: 'lock=true' }, { form: 'lock=false' }],
    ['for a form instead of none', {}, { form: '' }],
    ['for another header', { headers: { cpu: '100' } }, { headers: { cpu: '64000' } }],
    ['for another command', { call: commandOf('ls') }, { call: commandOf('rm -rf /') }],
    [
      'for another way to start the command',
      { call: commandOf('ls') },
      { call: { command: { ...commandOf('ls').command, mode: 'detached' } as RackCall['command'] } },
    ],
    ['for another command on an instance', { call: { instanceCommand: 'ls' } }, { call: { instanceCommand: 'id' } }],
    [
      'for another release',
      { call: { release: { id: 'R1', newest: true } } },
      { call: { release: { id: 'R2', newest: true } } },
    ],
    [
      'for a process of another service',
      { route: exec, call: processOf('web-1') },
      { route: exec, call: { ...processOf('web-2'), process: { service: 'web' } as RackCall['process'] } },
    ],
    [
      'for a process that the caller did not start',
      { route: exec, call: processOf('web-1', true) },
      { route: exec, call: processOf('web-2') },
    ],
    [
      'for another setting of a build after its source',
      { route: build, form: 'manifest=a&url=x&no-cache=true' },
      { route: build, form: 'manifest=a&url=x&no-cache=false' },
    ],
    [
      'for another setting of a build before its source',
      { route: build, form: 'manifest=a&url=x' },
      { route: build, form: 'manifest=b&url=x' },
    ],
    ['for another setting of a build', { route: build, form: 'url=a' }, { route: build, form: 'url=a&no-cache=true' }],
    [
      'for an object that is no upload of source',
      { route: upload, call: { params: { key: 'a' } } },
      { route: upload, call: { params: { key: 'b' } } },
    ],
  ])('%s', (_, one, other) => {
    expect(digestsOf(one).exact).not.toBe(digestsOf(other).exact)
    expect(digestsOf(one).similar).not.toBe(digestsOf(other).similar)
  })
})

describe('if a user repeats a command, only the digest for a similar call is the same', () => {
  test.each<[string, Sent, Sent]>([
    [
      'with another process of the service',
      { route: exec, call: processOf('web-1') },
      { route: exec, call: processOf('web-2') },
    ],
    [
      'with the process of another run of the same user',
      { route: exec, call: processOf('run-1', true) },
      { route: exec, call: processOf('run-2', true) },
    ],
    [
      'with source at another address',
      { route: build, form: 'url=object://a&manifest=x' },
      { route: build, form: 'url=object://b&manifest=x' },
    ],
    [
      'with source at another address, after other parameters',
      { route: build, form: 'manifest=x&url=object://a' },
      { route: build, form: 'manifest=x&url=object://b' },
    ],
    [
      'with source at another address, among other parameters',
      { route: build, form: 'manifest=url%3Dx&url=object://a&no-cache=true' },
      { route: build, form: 'manifest=url%3Dx&url=object://b&no-cache=true' },
    ],
    [
      'with another upload of source',
      { route: upload, call: { params: { key: 'tmp/a.tgz' } } },
      { route: upload, call: { params: { key: 'tmp/b.tgz' } } },
    ],
  ])('%s', (_, one, other) => {
    expect(digestsOf(one).similar).toBe(digestsOf(other).similar)
    expect(digestsOf(one).exact).not.toBe(digestsOf(other).exact)
  })
})

test('the size of the terminal and the order of headers make no difference', () => {
  const one = digestsOf({ route: exec, headers: { command: 'sh', cpu: '1', height: '24', width: '80' } })
  expect(digestsOf({ route: exec, headers: { cpu: '1', command: 'sh', height: '50', width: '10' } })).toEqual(one)
})

test('the exact digest and the digest for a similar call differ', () => {
  const { exact, similar } = digestsOf()
  expect(exact).not.toBe(similar)
  for (const digest of [exact, similar]) expect(digest).toMatch(/^[0-9a-f]{64}$/)
})
