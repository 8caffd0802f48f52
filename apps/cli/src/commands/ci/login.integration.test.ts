import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { jsonFaults } from '../json-faults.ts'

const token = `rgw_${'a'.repeat(63)}`
const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'
let machine: Machine
let gateways: FakeGateway[]
beforeEach(() => {
  machine = createMachine()
  gateways = []
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await Promise.all(gateways.map((gateway) => gateway.close()))
  machine.remove()
})

async function gatewayThat(response: Parameters<typeof startFakeGateway>[0]): Promise<FakeGateway> {
  const gateway = await startFakeGateway(response)
  gateways.push(gateway)
  return gateway
}

const session = { token, expiresAt: '2096-10-02T07:06:40Z', trust: 'deploys' }

const gatewayWithRacks = (...names: string[]) =>
  gatewayThat({
    status: 201,
    body: { ...session, racks: names.map((name) => ({ name, rackUrl: 'https://evil.example.com' })) },
  })

test('prints only RACK_URL, from an address and a name that it has checked', async () => {
  const { url, requests } = await gatewayWithRacks('staging')
  const outcome = await machine.run(['ci', 'login', url], { RACK_GATEWAY_ID_TOKEN: jwt })
  expect(outcome).toMatchObject({
    code: 0,
    stdout: `RACK_URL=${url.replace('//', `//convox:${token}@`)}/rack/staging\n`,
    stderr: '',
  })
  const asJson = await machine.call(['ci', 'login', url, '--json'], { RACK_GATEWAY_ID_TOKEN: jwt })
  expect(jsonFaults('ci login', JSON.parse(asJson.stdout))).toEqual([])
  expect(requests).toHaveLength(2)
  expect(requests[0]).toEqual({ authorization: `Bearer ${jwt}`, path: '/gateway/api/v1/workload-sessions' })
})

test('uses the address in RACK_GATEWAY_URL and the rack of --rack', async () => {
  const { url } = await gatewayWithRacks('production', 'staging')
  const env = { RACK_GATEWAY_URL: url, RACK_GATEWAY_ID_TOKEN: jwt }
  expect((await machine.call(['ci', 'login', '--rack', 'production'], env)).stdout).toContain('/rack/production')
  expect(await machine.call(['ci', 'login'], env)).toMatchObject({
    code: 78,
    stdout: '',
    stderr: expect.stringContaining('--rack'),
  })
  expect(await machine.call(['ci', 'login', '-r', 'other'], env)).toMatchObject({ code: 78, stdout: '' })
})

describe('the job’s token', () => {
  test('is requested from GitHub with the gateway as its audience', async () => {
    const { url } = await gatewayWithRacks('staging')
    const github = await gatewayThat({ status: 200, body: { value: jwt } })
    const env = {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
    }
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await machine.run(['ci', 'login', url, ...more], env)
      expect({ code, stderr }).toEqual({ code: 0, stderr: `::add-mask::${token}\n` })
      expect(stdout).toContain(`//convox:${token}@`)
      expect(stdout).not.toContain('::add-mask::')
    }
    const path = `/token?api-version=2.0&audience=${encodeURIComponent(url)}`
    expect(github.requests).toEqual([
      { authorization: 'bearer runner', path },
      { authorization: 'bearer runner', path },
    ])
    expect(gateways[0]?.requests[0]?.authorization).toBe(`Bearer ${jwt}`)
  })

  test.each([
    ['CircleCI', { CIRCLECI: 'true', CIRCLE_OIDC_TOKEN_V2: jwt }, []],
    ['a variable of any name', { MINE: jwt }, ['--token-variable', 'MINE']],
  ])('is read from %s', async (_, env, more) => {
    const { url, requests } = await gatewayWithRacks('staging')
    expect((await machine.call(['ci', 'login', url, ...more], env)).code).toBe(0)
    expect(requests[0]?.authorization).toBe(`Bearer ${jwt}`)
  })

  test.each<[string, NodeJS.ProcessEnv, string[], string]>([
    ['GitHub', { GITHUB_ACTIONS: 'true' }, [], 'permissions: {id-token: write'],
    ['GitLab', { GITLAB_CI: 'true' }, [], 'id_tokens: {RACK_GATEWAY_ID_TOKEN: {aud: https://gateway.example.com}}'],
    ['CircleCI', { CIRCLECI: 'true' }, [], 'circleci run oidc get --claims'],
    ['no CI system', {}, [], 'No OIDC token found. In CI, pass the token in RACK_GATEWAY_ID_TOKEN'],
    [
      'a variable that is not set',
      { RACK_GATEWAY_ID_TOKEN: jwt },
      ['--token-variable', 'MINE'],
      'The variable MINE is not set',
    ],
    [
      'an http:// request address',
      { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://evil.example.com', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' },
      [],
      'not an https:// address',
    ],
  ])('is missing (%s), and the message says what to add', async (_, env, more, hint) => {
    const outcome = await machine.call(['ci', 'login', 'https://gateway.example.com', ...more], env)
    expect(outcome).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining(hint) })
  })

  test.each([
    ['denies it', { status: 403, body: {} }],
    ['sends an empty response', { status: 200, body: '' }],
    ['sends no value', { status: 200, body: { value: 1 } }],
    ['redirects', { status: 302, headers: { location: 'https://evil.example.com' } }],
  ])('is missing if GitHub %s', async (_, response) => {
    const github = await gatewayThat(response)
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: `${github.url}/?x=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner' }
    const outcome = await machine.call(['ci', 'login', 'https://gateway.example.com'], env)
    expect(outcome).toMatchObject({ code: 4, stdout: '' })
    expect(outcome.stderr).not.toContain('runner')
  })
})

test.each([
  ['the job', { RACK_GATEWAY_ID_TOKEN: `${jwt.slice(0, 20)}\n${jwt.slice(20)}` }],
  [
    'GitHub',
    {
      ACTIONS_ID_TOKEN_REQUEST_URL: 'https://127.0.0.1:1/?x=1',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${jwt.slice(0, 20)}\n${jwt.slice(20)}`,
    },
  ],
])('a token of %s with a line break is not sent, and not shown', async (_, env) => {
  const { url, requests } = await gatewayWithRacks('staging')
  const outcome = await machine.call(['ci', 'login', url], env)
  expect(outcome).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('Copy the token again.') })
  expect(outcome.stderr).not.toContain('eyJ')
  expect(requests).toEqual([])
})

test("the request for the job's token needs verified TLS", async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  const outcome = await machine.call(['ci', 'login', 'https://gateway.example.com'], {
    ACTIONS_ID_TOKEN_REQUEST_URL: 'https://127.0.0.1:1/?x=1',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
  })
  expect(outcome).toMatchObject({ code: 78, stdout: '' })
  expect(outcome.stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED is 0')
})

describe('a gateway', () => {
  test('its rejection of the job is quoted, but the JWT is not', async () => {
    const { url } = await gatewayThat({ status: 401, body: { error: `no trust matches this job\u001b[2J` } })
    const outcome = await machine.call(['ci', 'login', url], { RACK_GATEWAY_ID_TOKEN: jwt })
    expect(outcome).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('no trust matches this job') })
    expect(outcome.stderr).not.toMatch(/\u001b|eyJ/)
  })

  test.each([
    [
      'a token with a shell command',
      { ...session, token: `rgw_${'a'.repeat(60)};x;`, racks: [{ name: 'staging', rackUrl: '' }] },
    ],
    ['a rack with a shell command', { ...session, racks: [{ name: '$(reboot)', rackUrl: '' }] }],
    ['no racks', session],
    ['a page', '<html>'],
  ])('whose response is %s is rejected', async (_, body) => {
    const { url } = await gatewayThat({ status: 201, body })
    const outcome = await machine.call(['ci', 'login', url], { RACK_GATEWAY_ID_TOKEN: jwt })
    expect(outcome).toMatchObject({ code: 7, stdout: '' })
  })

  test.each([
    ['with http:// on another machine', 'http://gateway.example.com', 78],
    ['without an address', '', 2],
    ['with a path', 'https://gateway.example.com/rack/staging', 78],
    ['that cannot be reached', 'http://127.0.0.1:8', 7],
  ])('%s', async (_, url, code) => {
    const words = url === '' ? ['ci', 'login'] : ['ci', 'login', url]
    expect(await machine.call(words, { RACK_GATEWAY_ID_TOKEN: jwt })).toMatchObject({ code, stdout: '' })
  })
})
