import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeGateway, type FakeResponse, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
const me = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  name: 'ada@example.com',
  kind: 'user',
  rack: null,
  expiresAt: inDays(30),
  racks: ['production', 'staging', 'eu-1'],
  roles: ['deployer'],
}

let machine: Machine
let gateway: FakeGateway
beforeEach(async () => {
  machine = createMachine()
  gateway = await startFakeGateway({ status: 200, body: me })
})
afterEach(async () => {
  await gateway.close().catch(() => undefined)
  machine.remove()
})

/** Logs in to staging. */
async function loggedIn(response: FakeResponse = { status: 200, body: me }): Promise<void> {
  await machine.call(['login', 'staging', gateway.url, '--token', 'rgs_ada'])
  gateway.requests.length = 0
  gateway.response = response
}
const addressOf = (rack: string, token = 'rgs_ada') => `${gateway.url.replace('//', `//convox:${token}@`)}/rack/${rack}`

describe('a second rack at a known address', () => {
  test('needs no second login, and both names share the session', async () => {
    await loggedIn()
    const outcome = await machine.call(['login', 'production', gateway.url])
    expect(outcome.stdout).toBe(
      `Logged in to production as ada@example.com, with your session at ${gateway.url}.\nThe current rack is still staging. To change it: rack-gateway switch production\n`,
    )
    expect(gateway.requests).toEqual([{ authorization: 'Bearer rgs_ada', path: '/gateway/api/v1/me' }])
    expect(machine.config()).toMatchObject({
      gateways: {
        staging: { url: gateway.url, rack: 'staging' },
        production: { url: gateway.url, rack: 'production' },
      },
      sessions: { [gateway.url]: { token: 'rgs_ada', renew_at: expect.any(String) } },
    })
    for (const rack of ['staging', 'production'])
      expect((await machine.call(['url', '-r', rack])).stdout).toBe(`${addressOf(rack)}\n`)
  })

  test('can have another name', async () => {
    await loggedIn()
    expect((await machine.call(['login', 'europe', gateway.url, '--as-rack', 'eu-1'])).code).toBe(0)
    expect((await machine.call(['url', '-r', 'europe'])).stdout).toBe(`${addressOf('eu-1')}\n`)
    const wrong = await machine.call(['login', 'asia', gateway.url, '--as-rack', 'eu-2'])
    expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('Did you mean eu-1?')])
  })

  test('needs no login if --as-rack moves a name to it', async () => {
    await loggedIn()
    expect((await machine.call(['login', 'staging', '--as-rack', 'eu-1'])).code).toBe(0)
    expect((await machine.call(['url'])).stdout).toBe(`${addressOf('eu-1')}\n`)
  })

  test.each<[string, FakeResponse, readonly string[], number]>([
    ['the session was revoked', { status: 401, body: {} }, [], 2],
    ['the session is bound to one rack', { status: 200, body: { ...me, rack: 'staging' } }, [], 2],
    ['--rack-only asks for another session', { status: 200, body: me }, ['--rack-only'], 1],
    ['the user logs in again', { status: 200, body: me }, ['again'], 1],
  ])('needs a login with a browser if %s', async (_, response, more, asked) => {
    await loggedIn(response)
    const words = more.includes('again') ? ['staging'] : ['production', gateway.url, ...more]
    const outcome = await machine.call(['login', ...words, '--no-browser'])
    expect(outcome.code).not.toBe(0)
    expect(gateway.requests.map(({ path }) => path)).toEqual([
      ...(asked === 2 ? ['/gateway/api/v1/me'] : []),
      '/gateway/api/v1/cli-logins/device',
    ])
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token: 'rgs_ada' } } })
  })

  test('does not use the session of another gateway', async () => {
    await loggedIn()
    const other = await startFakeGateway({ status: 200, body: me })
    expect((await machine.call(['login', 'production', other.url, '--no-browser'])).code).toBe(7)
    expect(other.requests).toEqual([{ authorization: undefined, path: '/gateway/api/v1/cli-logins/device' }])
    await other.close()
  })
})

describe('a token that only one name uses', () => {
  test('belongs to a session that is bound to a rack, and other names keep their session', async () => {
    await loggedIn({ status: 200, body: { ...me, rack: 'production' } })
    await machine.call(['login', 'production', gateway.url, '--token', 'rgs_bound'])
    expect(machine.config()).toMatchObject({
      sessions: { [gateway.url]: { token: 'rgs_ada' } },
      tokens: { production: { token: 'rgs_bound', url: gateway.url } },
    })
    expect((await machine.call(['url', '-r', 'production'])).stdout).toBe(`${addressOf('production', 'rgs_bound')}\n`)
    expect((await machine.call(['url', '-r', 'staging'])).stdout).toBe(`${addressOf('staging')}\n`)
  })

  test('is an API token, and other names keep their session', async () => {
    await loggedIn({ status: 200, body: { ...me, kind: 'api-token', name: 'robot' } })
    await machine.call(['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging'])
    expect((await machine.call(['url', '-r', 'robot'])).stdout).toBe(`${addressOf('staging', 'rgt_robot')}\n`)
    expect((await machine.call(['url', '-r', 'staging'])).stdout).toBe(`${addressOf('staging')}\n`)
  })

  test('is removed when the name gets a session', async () => {
    await loggedIn()
    await machine.call(['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging'])
    await machine.call(['login', 'robot', '--token', 'rgs_new'])
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token: 'rgs_new' } } })
    expect(machine.config()).not.toHaveProperty('tokens')
  })
})

test('login notes that other names now use the session of another user', async () => {
  await loggedIn()
  await machine.call(['login', 'production', gateway.url])
  gateway.response = { status: 200, body: { ...me, name: 'bob@example.com' } }
  const { stderr } = await machine.call(['login', 'staging', '--token', 'rgs_bob'])
  expect(stderr).toBe(
    'rack-gateway: production used the session of ada@example.com at this address, and now uses the session of bob@example.com.\n',
  )
})

test('at a terminal, login asks for the rack a few times', async () => {
  const ask = (...typed: string[]) =>
    machine.call(['login', 'work', gateway.url, '--token', 'rgs_ada'], {}, '', {
      interactive: true,
      ask: async () => typed.shift() ?? '',
    })
  for (const typed of [[], ['x', 'y', 'z', 'staging']]) {
    const none = await ask(...typed)
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('Pass --as-rack with one of production, staging, eu-1'),
    ])
    expect(() => machine.config()).toThrow('ENOENT')
  }
  const chosen = await ask('stagin', 'staging')
  expect(chosen).toMatchObject({ code: 0, stdout: expect.stringContaining('Logged in to work') })
  expect(chosen.stderr).toContain('There is no rack "stagin". Did you mean staging?')
  expect(machine.config()).toMatchObject({ gateways: { work: { rack: 'staging' } } })
})

describe('a file with a token without an address', () => {
  const shortFile = () => ({
    gateways: { staging: { url: gateway.url, color: 'red' }, production: { url: gateway.url } },
    tokens: { staging: { token: 'rgs_ada', email: 'ada@example.com', expires_at: '2094-02-01T00:00:00Z', x: 1 } },
    future: { kept: true },
  })

  test('works for every name of its address, and reading does not change it', async () => {
    machine.configure(shortFile())
    for (const rack of ['staging', 'production'])
      expect((await machine.callConvox(['--no-precheck', 'apps', '--rack', rack])).convox?.rackUrl).toBe(
        addressOf(rack),
      )
    expect(machine.config()).toEqual(shortFile())
  })

  test('is converted at the next write, without a loss', async () => {
    machine.configure(shortFile())
    expect((await machine.call(['switch', 'production'])).code).toBe(0)
    const { tokens, ...rest } = shortFile()
    expect(machine.config()).toEqual({ ...rest, sessions: { [gateway.url]: tokens.staging }, current: 'production' })
  })
})

describe('logout', () => {
  test('with one name logs out all names of its session', async () => {
    await loggedIn()
    await machine.call(['login', 'production', gateway.url])
    const { stdout } = await machine.call(['logout', 'production'])
    expect(stdout).toContain('Logged out of staging, production.\n')
    expect(machine.config()).not.toHaveProperty('sessions')
    expect(machine.config()).toMatchObject({ gateways: { staging: {}, production: {} } })
    expect((await machine.call(['logout', 'staging'])).stdout).toBe('You were not logged in.\n')
  })

  test('--all also revokes sessions that have no name', async () => {
    machine.configure({ sessions: { [gateway.url]: { token: 'rgs_orphan' } } })
    const { stdout } = await machine.call(['logout', '--all'])
    expect(stdout).toContain(`Logged out of ${gateway.url}.`)
    expect(gateway.requests[0]?.authorization).toBe('Bearer rgs_orphan')
    expect(machine.config()).toEqual({})
  })
})

test('logout also deletes a token without a valid address', async () => {
  machine.configure({ gateways: { odd: { url: 'nonsense' } }, tokens: { odd: { token: 'a' }, gone: { token: 'b' } } })
  expect(await machine.call(['logout', 'constructor'])).toMatchObject({
    code: 78,
    stderr: expect.stringMatching(/\. List the names with: rack-gateway racks\n$/),
  })
  expect((await machine.call(['logout', 'odd'])).stdout).toBe('Logged out of odd.\n')
  expect(machine.config()).toMatchObject({ tokens: { gone: { token: 'b' } } })
  expect((await machine.call(['logout', '--all'])).stdout).toBe('Logged out of gone.\n')
  expect(machine.config()).toEqual({ gateways: { odd: { url: 'nonsense' } } })
})

describe('the choice of a rack', () => {
  beforeEach(async () => {
    await loggedIn()
    await machine.call(['login', 'production', gateway.url])
  })

  test('in GATEWAY_RACK is independent of switch', async () => {
    const [one, other] = [{ GATEWAY_RACK: 'staging' }, {}]
    const switched = await machine.call(['switch', 'production'], one)
    expect(switched.stderr).toBe('rack-gateway: Commands here still go to staging, from GATEWAY_RACK.\n')
    expect((await machine.callConvox(['--no-precheck', 'apps'], one)).convox?.rackUrl).toBe(addressOf('staging'))
    expect((await machine.callConvox(['--no-precheck', 'apps'], other)).convox?.rackUrl).toBe(addressOf('production'))
  })

  test('for this directory is shown by racks', async () => {
    machine.write(join(machine.cwd, '.convox', 'rack'), 'production\n')
    const shown = await machine.call(['racks'])
    expect(shown.stderr).toBe(
      'rack-gateway: Commands here go to production, from .convox/rack. Elsewhere they go to staging.\n',
    )
    expect(shown.stdout).toMatch(/^ {3}staging .*\n\* {2}production /m)
    expect(JSON.parse((await machine.call(['racks', '--json'], { GATEWAY_RACK: 'staging' })).stdout)).toMatchObject([
      { name: 'staging', current: true, chosen: true },
      { name: 'production', current: false, chosen: false },
    ])
  })

  test('in .convox/rack is not searched for in parent directories, like in convox', async () => {
    machine.write(join(machine.home, '.convox', 'rack'), 'production\n')
    expect((await machine.call(['url'])).stdout).toBe(`${addressOf('staging')}\n`)
  })
})

test.each(['production', 'staging'])(
  'a command for %s warns if the shared session expires within three days',
  async (name) => {
    const soon = new Date(inDays(1.9)).toISOString()
    machine.configure({
      gateways: { staging: { url: gateway.url }, production: { url: gateway.url } },
      sessions: { [gateway.url]: { token: 'rgs_ada', expires_at: soon } },
    })
    const { stderr } = await machine.callConvox(['--no-precheck', 'apps', '-r', name])
    expect(stderr).toMatch(
      new RegExp(
        `^rack-gateway: Your token for ${name} expires in 1 day, at .*\\. Log in again with: rack-gateway login ${name}\\n$`,
      ),
    )
  },
)

describe('in automation', () => {
  const automation = () => ({ RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_ci' })
  beforeEach(() => machine.configure('broken'))

  test.each([
    ['that is bound to it', { ...me, rack: 'staging' }],
    ['with a role only on it', { ...me, racks: ['staging'] }],
  ])('RACK_URL names the rack of a token %s', async (_, body) => {
    gateway.response = { status: 200, body }
    expect((await machine.callConvox(['--no-precheck', 'apps'], automation())).convox?.rackUrl).toBe(
      addressOf('staging', 'rgt_ci'),
    )
    expect((await machine.call(['url'], automation())).stdout).toBe(`${addressOf('staging', 'rgt_ci')}\n`)
  })

  test.each<[string, FakeResponse, number, string]>([
    ['several racks', { status: 200, body: me }, 2, 'Name one with --rack or GATEWAY_RACK: production, staging, eu-1'],
    ['no rack', { status: 200, body: { ...me, racks: [] } }, 2, 'The token has no role on any rack.'],
    ['a rejection', { status: 401, body: {} }, 4, 'rejected the token'],
    ['an error', { status: 500, body: {} }, 7, ' failed: it answered with status 500'],
  ])('if the gateway answers with %s, convox does not start', async (_, response, code, sentence) => {
    gateway.response = response
    const outcome = await machine.callConvox(['apps'], automation())
    expect(outcome).toMatchObject({ code, convox: null, stderr: expect.stringContaining(sentence) })
  })

  test('own commands need no file', async () => {
    const racks = await machine.call(['racks', '--json'], { ...automation(), GATEWAY_RACK: 'eu-1' })
    expect(JSON.parse(racks.stdout)).toMatchObject([
      { name: 'production', chosen: false, keptIn: 'environment' },
      { name: 'staging', chosen: false },
      { name: 'eu-1', chosen: true, url: gateway.url, email: 'ada@example.com' },
    ])
    const whoami = await machine.call(['whoami'], automation())
    expect(whoami.stdout).toContain('stored in  RACK_GATEWAY_TOKEN\n')
    expect((await machine.call(['whoami', '--offline'], automation())).code).toBe(7)
    for (const words of [['sessions'], ['audit', 'search'], ['can', 'apps'], ['policy', 'impact', '@in-force']])
      expect((await machine.call(words, automation())).stderr).not.toContain('is invalid')
    expect(new Set(gateway.requests.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer rgt_ci']))
  })
})

describe('whoami without the gateway', () => {
  beforeEach(async () => {
    await loggedIn()
    await gateway.close()
  })

  test('shows the last response and its time', async () => {
    const before = JSON.parse(JSON.stringify(machine.config()))
    before.sessions[gateway.url].confirmed.at = new Date(inDays(-2)).toISOString()
    machine.configure(before)
    const said = await machine.call(['whoami'])
    expect(said).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /does not answer: nothing listens at \S+ \(ECONNREFUSED\)\. This is its last response\.$/m,
      ),
    })
    expect(said.stdout).toMatch(
      /^ada@example\.com \(user\)\n.*\nrack {7}staging\nracks .*\nroles {6}deployer\ntoken {6}expires in 29 days, at .*\nstored in {2}.*config\.json\nconfirmed {2}2 days ago, at .*Z\n$/,
    )
    const offline = await machine.call(['whoami', '--offline', '--json'])
    expect([offline.stderr, JSON.parse(offline.stdout)]).toEqual([
      '',
      {
        name: 'ada@example.com',
        kind: 'user',
        rack: null,
        racks: me.racks,
        roles: ['deployer'],
        expiresAt: new Date(me.expiresAt).toISOString(),
        gateway: gateway.url,
        confirmedAt: before.sessions[gateway.url].confirmed.at,
        chosenRack: 'staging',
        keptIn: 'file',
      },
    ])
  })

  test('fails if the gateway was never asked', async () => {
    machine.configure({ gateways: { a: { url: gateway.url } }, sessions: { [gateway.url]: { token: 'rgs_x' } } })
    expect((await machine.call(['whoami'])).code).toBe(7)
    expect(await machine.call(['whoami', '--offline'])).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('The user of the token is unknown'),
    })
  })
})

test('whoami stores the response, unless a login has changed the token meanwhile', async () => {
  await loggedIn({ status: 200, body: { ...me, roles: ['viewer'] } })
  expect((await machine.call(['whoami'])).code).toBe(0)
  expect(machine.config()).toMatchObject({
    sessions: { [gateway.url]: { token: 'rgs_ada', confirmed: { roles: ['viewer'] } } },
  })
  const other = { gateways: { staging: { url: gateway.url } }, sessions: { [gateway.url]: { token: 'rgs_other' } } }
  gateway.response = {
    status: 200,
    body: me,
    get delay() {
      machine.configure(other)
      return Promise.resolve()
    },
  }
  await machine.call(['whoami'])
  expect(machine.config()).toEqual(other)
})
