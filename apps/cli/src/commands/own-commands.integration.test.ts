import { chmodSync, readFileSync, statSync } from 'node:fs'
import { Secret } from '@rack-gateway/config/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { writePolicyCache } from '../convox/precheck/cache-policy.ts'
import { policyCachePath } from '../convox/precheck/policy-cache-file.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'

const expiresAt = new Date(Date.now() + 30 * 24 * 60 * 60 * 1000).toISOString()
const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada@example.com',
  kind: 'user',
  rack: null,
  expiresAt,
  racks: ['production', 'staging'],
  roles: ['deployer'],
}
/** Nothing listens here. Not one of the ports that `fetch` blocks. */
const unreachable = 'http://127.0.0.1:8'

let machine: Machine
let gateway: FakeGateway | null
beforeEach(() => {
  machine = createMachine()
  gateway = null
})
afterEach(async () => {
  await gateway?.close()
  machine.remove()
})

async function gatewayThat(response: Parameters<typeof startFakeGateway>[0]): Promise<FakeGateway> {
  gateway = await startFakeGateway(response)
  return gateway
}

describe('login', () => {
  test('asks the gateway, stores the session for all its racks, and makes the first name current', async () => {
    const { url, requests } = await gatewayThat({ status: 200, body: me })
    const outcome = await machine.run(['login', 'staging', `${url}/`, '--token', '-'], {}, 'rgs_token\n')
    expect(outcome).toMatchObject({ code: 0, stdout: 'Logged in to staging as ada@example.com.\n', stderr: '' })
    expect(requests).toEqual([{ authorization: 'Bearer rgs_token', path: '/gateway/api/v1/me' }])
    expect(machine.config()).toEqual({
      gateways: { staging: { url, rack: 'staging' } },
      sessions: {
        [url]: {
          token: 'rgs_token',
          email: 'ada@example.com',
          expires_at: new Date(expiresAt).toISOString(),
          renew_at: expect.stringMatching(/^\d{4}-.*Z$/),
          confirmed: {
            at: expect.stringMatching(/^\d{4}-.*Z$/),
            kind: 'user',
            rack: null,
            racks: ['production', 'staging'],
            roles: ['deployer'],
          },
        },
      },
      current: 'staging',
    })
    expect((statSync(machine.configPath).mode & 0o777).toString(8)).toBe('600')
  })

  test('a second login needs no address, and keeps unknown fields and the current rack', async () => {
    const { url } = await gatewayThat({ status: 200, body: me })
    const file = {
      x: 1,
      gateways: { production: { url, color: 'red' }, staging: { url: unreachable } },
      tokens: { staging: { token: 's' }, production: { token: 'old', note: 'n' } },
      current: 'staging',
    }
    machine.configure(file)
    const outcome = await machine.call(['login', 'production', '--token', 'rgs_new'])
    expect(outcome.stdout).toContain('The current rack is still staging. To change it: rack-gateway switch production')
    expect(machine.config()).toMatchObject({
      x: 1,
      gateways: { production: { url, color: 'red', rack: 'production' }, staging: { url: unreachable } },
      sessions: { [url]: { token: 'rgs_new', note: 'n' }, [unreachable]: { token: 's' } },
      current: 'staging',
    })
    expect((await machine.callConvox(['apps', '-r', 'production'])).convox?.rackUrl).toBe(
      `${url.replace('//', '//convox:rgs_new@')}/rack/production`,
    )
  })

  test.each([
    ['the only rack', 'work', { ...me, racks: ['main'] }, [], 'main'],
    ['the rack of the token', 'work', { ...me, rack: 'staging' }, [], 'staging'],
    ['the rack of --as-rack', 'work', me, ['--as-rack', 'production'], 'production'],
    ['the rack of the same name if there is no role yet', 'work', { ...me, racks: [] }, [], 'work'],
    ['the rack of the same name', 'production', me, [], 'production'],
  ])('chooses %s', async (_, name, body, more, rack) => {
    const { url } = await gatewayThat({ status: 200, body })
    expect((await machine.call(['login', name, url, '--token', 't', ...more])).code).toBe(0)
    expect(machine.config()).toMatchObject({ gateways: { [name]: { url, rack } } })
  })

  test.each([
    ['a gateway without that operation', { status: 404 }, ''],
    ['a gateway that fails', { status: 503 }, 'it answered with status 503'],
  ])('stores the token unchecked for %s', async (_, response, note) => {
    const { url } = await gatewayThat(response)
    const outcome = await machine.call(['login', 'staging', url, '--token', 't'])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr.includes('was not checked')).toBe(note !== '')
    expect(outcome.stderr).toContain(note)
    expect(machine.config()).toEqual({
      gateways: { staging: { url, rack: 'staging' } },
      sessions: { [url]: { token: 't' } },
      current: 'staging',
    })
  })

  test('stores the token unchecked if the gateway does not answer, and notes it', async () => {
    const outcome = await machine.call(['login', 'staging', unreachable, '--token', 't'])
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain(
      `The token is stored, but was not checked. The request to ${unreachable} failed: nothing listens at ${new URL(unreachable).host} (ECONNREFUSED). Check the address`,
    )
  })

  test.each([
    ['a rejection', { status: 401 }, 4, 'rejected the token'],
    [
      'a redirect',
      { status: 302, headers: { location: unreachable } },
      7,
      'does not answer like a Rack Gateway (it answered with status 302)',
    ],
    [
      'a web page',
      { status: 200, body: '<html>' },
      7,
      'does not answer like a Rack Gateway (its response is not that of a Rack Gateway)',
    ],
    [
      'a response without end',
      { status: 200, body: `${JSON.stringify(me)}${' '.repeat(3_000_000)}` },
      7,
      'does not answer like a Rack Gateway',
    ],
    [
      'an impossible time',
      { status: 200, body: { ...me, expiresAt: 'never' } },
      7,
      'its response is not that of a Rack Gateway',
    ],
    ['several racks', { status: 200, body: { ...me, racks: ['a', 'b'] } }, 2, 'Pass --as-rack with one of a, b'],
  ])('stores nothing after %s', async (_, response, code, sentence) => {
    const { url, requests } = await gatewayThat(response)
    const outcome = await machine.call(['login', 'staging', url, '--token', 'rgs_secret'])
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(sentence)
    expect(outcome.stderr).not.toContain('rgs_secret')
    expect(requests).toHaveLength(1)
    expect(() => machine.config()).toThrow('ENOENT')
  })

  test.each([
    [['staging', 'http://gateway.example.com', '--token', 't'], 'the network could read the token'],
    [['staging', 'https://u:rgs_secret@x', '--token', 't'], 'contains credentials'],
    [['staging', 'https://x/rack/staging', '--token', 't'], 'nothing may follow the host and port'],
    [['staging', '--token', 't'], 'staging is a new name, so its address is required'],
    [['staging', 'https://x', '--token', 't', '--no-browser'], '--token needs no browser'],
    [['staging', 'https://x', '--token', 't', '--rack-only'], '--rack-only is for a new session'],
    [['staging', 'https://x', '--token', '-'], 'The token is empty'],
    [['staging', 'https://x', '--token', 'a b'], 'has characters that tokens cannot have'],
    [['__proto__', 'https://x', '--token', 't'], 'cannot be a name'],
    [['a/b', 'https://x', '--token', 't'], 'cannot be a name'],
    [['staging', 'https://x', '--token', 't', '--as-rack', '../x'], 'is not the name of a rack'],
    [
      [],
      'login needs <name> (Your name for the rack). For example: rack-gateway login staging https://gateway.example.com',
    ],
    [['a', 'https://x', '--tokn', 't'], 'login has no option --tokn. Did you mean --token?'],
  ])('%j is a usage error', async (words, sentence) => {
    const outcome = await machine.call(['login', ...words])
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toContain(sentence)
    expect(outcome.stderr).not.toContain('rgs_secret')
    expect(() => machine.config()).toThrow('ENOENT')
  })

  test('a name in the response cannot control the terminal', async () => {
    const { url } = await gatewayThat({ status: 200, body: { ...me, name: 'ada\u001b[2J' } })
    const { stdout } = await machine.call(['login', 'staging', url, '--token', 't'])
    expect(stdout).toBe('Logged in to staging as ada\uFFFD[2J.\n')
  })

  test('concurrent logins lose nothing', async () => {
    const names = ['a', 'b', 'c', 'd']
    const outcomes = await Promise.all(
      names.map((name) => machine.run(['login', name, unreachable, '--token', `rgt_${name}`])),
    )
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect(machine.config()).toMatchObject({
      tokens: { a: { token: 'rgt_a' }, b: { token: 'rgt_b' }, c: { token: 'rgt_c' }, d: { token: 'rgt_d' } },
    })
  })

  test('never overwrites a broken file', async () => {
    machine.configure('{"gateways": {')
    const outcome = await machine.call(['login', 'staging', unreachable, '--token', 't'])
    expect(outcome.code).toBe(78)
    expect(outcome.stderr).toContain(`${machine.configPath} is invalid`)
    expect(readFileSync(machine.configPath, 'utf8')).toBe('{"gateways": {')
  })
})

const file = {
  gateways: {
    staging: { url: 'https://gateway.example.com', rack: 'main' },
    production: { url: 'https://gateway.example.com' },
  },
  tokens: {
    staging: { token: 'rgs_staging', email: 'ada@example.com', expires_at: '2024-02-01T00:00:00Z' },
    production: { token: 'rgs_production' },
  },
  current: 'staging',
  other: true,
}

/** With addresses where no gateway answers. */
const away = { ...file, gateways: { staging: { url: unreachable }, production: { url: unreachable } } }

describe('logout', () => {
  test('deletes one token and keeps the rest', async () => {
    machine.configure(away)
    expect((await machine.call(['logout', 'staging'])).stdout).toContain('Logged out of staging.')
    const { tokens: _, ...rest } = away
    expect(machine.config()).toEqual({ ...rest, tokens: { production: { token: 'rgs_production', url: unreachable } } })
    expect(await machine.call(['logout', 'staging'])).toMatchObject({ code: 0, stdout: 'You were not logged in.\n' })
  })

  test('--all deletes all tokens', async () => {
    machine.configure(away)
    expect((await machine.call(['logout', '--all'])).code).toBe(0)
    const { tokens: _, ...rest } = away
    expect(machine.config()).toEqual(rest)
  })

  test.each([
    [[], 2],
    [['staging', '--all'], 2],
    [['stagin'], 78],
  ])('%j exits with %i', async (words, code) => {
    machine.configure(away)
    expect((await machine.call(['logout', ...words])).code).toBe(code)
    expect(machine.config()).toEqual(away)
  })
})

describe('racks', () => {
  test('lists racks, marks the current one, and shows no token', async () => {
    machine.configure(file)
    const { stdout } = await machine.call(['racks'])
    expect(stdout.split('\n')[0]).toMatch(/^ {3}NAME +GATEWAY +RACK +USER +TOKEN$/)
    expect(stdout).toMatch(
      /^\* {2}staging +https:\/\/gateway\.example\.com +main +ada@example\.com +expired \d+ days ago$/m,
    )
    expect(stdout).toMatch(/^ {3}production +\S+ +production +unknown expiry$/m)
    expect(stdout).not.toContain('rgs_')
  })

  test('prints JSON, and notes that it has corrected the permissions of the file', async () => {
    machine.configure(file)
    chmodSync(machine.configPath, 0o644)
    const outcome = await machine.call(['racks', '--json'])
    expect(JSON.parse(outcome.stdout)).toEqual([
      {
        name: 'staging',
        current: true,
        chosen: true,
        url: 'https://gateway.example.com',
        rack: 'main',
        email: 'ada@example.com',
        loggedIn: true,
        expiresAt: '2024-02-01T00:00:00Z',
        token: 'shared',
        keptIn: 'file',
        observing: null,
      },
      {
        name: 'production',
        current: false,
        chosen: false,
        url: 'https://gateway.example.com',
        rack: 'production',
        email: null,
        loggedIn: true,
        expiresAt: null,
        token: 'own',
        keptIn: 'file',
        observing: null,
      },
    ])
    expect(outcome.stderr).toBe(`rack-gateway: ${machine.configPath} could be read by others; it is 0600 now\n`)
  })

  test('shows which racks are in observe mode, as the gateway last said', async () => {
    machine.configure(file)
    const until = new Date(Date.now() + 86_400_000).toISOString()
    const cache = (rack: string, text: object, checkedAt = Date.now()) =>
      writePolicyCache(
        policyCachePath(machine.configPath, {
          origin: 'https://gateway.example.com',
          rack,
          token: new Secret(`rgs_${checkedAt}`),
        }),
        { tag: '"1"', text: JSON.stringify(text), checkedAt },
      )
    cache('main', { observing: { until } })
    cache('main', { observing: null }, Date.now() - 60_000)
    cache('production', { observing: { until: new Date(Date.now() - 1).toISOString() } })
    const { stdout } = await machine.call(['racks'])
    expect(stdout.split('\n')[0]).toMatch(/ TOKEN +POLICY$/)
    expect(stdout).toMatch(new RegExp(`^\\* {2}staging .* observe mode until ${until}$`, 'm'))
    expect(stdout).toMatch(/^ {3}production .*unknown expiry *$/m)
    const rows = JSON.parse((await machine.call(['racks', '--json'])).stdout)
    expect(rows).toMatchObject([{ observing: { until } }, { observing: null }])
  })

  test('prints an empty list without a file', async () => {
    expect(await machine.call(['racks', '--json'])).toMatchObject({ code: 0, stdout: '[]\n' })
  })
})

test('switch changes only the current rack, and rejects an unknown name', async () => {
  machine.configure(file)
  expect((await machine.call(['switch', 'production'])).code).toBe(0)
  expect(machine.config()).toMatchObject({ gateways: file.gateways, current: 'production', other: true })
  const unknown = await machine.call(['switch', 'produktion'])
  expect(unknown.code).toBe(78)
  expect(unknown.stderr).toContain('Did you mean production?')
})

describe('whoami', () => {
  test('shows the user, gateway, roles, and expiry', async () => {
    const { url, requests } = await gatewayThat({ status: 200, body: me })
    machine.configure({ gateways: { a: { url, rack: 'staging' } }, tokens: { a: { token: 'rgs_a' } } })
    const { code, stdout } = await machine.call(['whoami'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^ada@example\.com \(user\)\ngateway {4}http:\/\/127\.0\.0\.1:\d+\nrack {7}staging\nracks {6}production, staging\nroles {6}deployer\ntoken {6}expires in \d+ days, at .*Z\nstored in {2}\S+config\.json\nconfirmed {2}now\n$/,
    )
    expect(requests[0]?.authorization).toBe('Bearer rgs_a')
  })

  test('asks the gateway of RACK_URL', async () => {
    const { url, requests } = await gatewayThat({ status: 200, body: me })
    const outcome = await machine.call(['whoami', '--json'], {
      RACK_URL: `${url.replace('//', '//convox:rgt_%21@')}/rack/eu`,
    })
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      name: 'ada@example.com',
      gateway: url,
      expiresAt: new Date(expiresAt).toISOString(),
    })
    expect(requests[0]?.authorization).toBe('Bearer rgt_!')
  })

  test.each([
    [401, 4],
    [404, 7],
    [500, 7],
  ])('a gateway that answers %i makes the exit code %i', async (status, code) => {
    const { url } = await gatewayThat({ status })
    machine.configure({ gateways: { a: { url } }, tokens: { a: { token: 'rgs_a' } } })
    expect((await machine.call(['whoami'])).code).toBe(code)
  })

  test('exits with 7 if the gateway cannot be reached, and with 78 for an invalid RACK_URL', async () => {
    machine.configure({ gateways: { a: { url: unreachable } }, tokens: { a: { token: 'rgs_a' } } })
    expect((await machine.call(['whoami'])).code).toBe(7)
    for (const RACK_URL of [
      'rgt_secret',
      `https://convox:rgt_secret%0Ax@127.0.0.1:1`,
      `https://convox:rgt_secret%zz@127.0.0.1:1`,
    ]) {
      const broken = await machine.call(['whoami'], { RACK_URL })
      expect(broken.code).toBe(78)
      expect(broken.stderr).not.toContain('rgt_secret')
    }
  })
})

test('url prints the RACK_URL for convox', async () => {
  machine.configure(file)
  expect((await machine.call(['url', '--rack', 'production'])).stdout).toBe(
    'https://convox:rgs_production@gateway.example.com/rack/production\n',
  )
  expect((await machine.call(['-r', 'production', 'url'])).stdout).toBe(
    'https://convox:rgs_production@gateway.example.com/rack/production\n',
  )
  expect((await machine.call(['url'])).code).toBe(4)
  expect((await machine.call(['url'], { RACK_URL: 'https://convox:x@y' })).stdout).toBe('https://convox:x@y\n')
})

test('help begins with usage and purpose, version prints one line, and an unknown option is rejected', async () => {
  for (const words of [[], ['help', 'login'], ['login', '--help']]) {
    const { code, stdout } = await machine.call(words)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^(?:rack-gateway .*\n)+\n[A-Z](?:.*\n)+\nExamples:\n {2}rack-gateway login staging/)
  }
  expect((await machine.call(['version'])).stdout).toMatch(/^rack-gateway \d+\.\d+\.\d+\n$/)
  expect(await machine.call(['-r', 'x', 'racks'])).toMatchObject({ code: 2, stdout: '' })
})
