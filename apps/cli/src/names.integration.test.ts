import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeAnswer, type FakeGateway, startFakeGateway } from './testing/fake-gateway.ts'
import { createMachine, type Machine } from './testing/harness.ts'

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

/** Logged in to staging; another name is new. */
async function loggedIn(answer: FakeAnswer = { status: 200, body: me }): Promise<void> {
  await machine.call(['login', 'staging', gateway.url, '--token', 'rgs_ada'])
  gateway.asked.length = 0
  gateway.answer = answer
}
const addressOf = (rack: string, token = 'rgs_ada') => `${gateway.url.replace('//', `//convox:${token}@`)}/rack/${rack}`

describe('a second rack at a known address', () => {
  test('needs no second login, and both names have the one session', async () => {
    await loggedIn()
    const outcome = await machine.call(['login', 'production', gateway.url])
    expect(outcome.stdout).toBe(
      `Logged in to production as ada@example.com, with your session at ${gateway.url}.\nThe current rack is still staging. To change it: rack-gateway switch production\n`,
    )
    expect(gateway.asked).toEqual([{ authorization: 'Bearer rgs_ada', path: '/gateway/api/v1/me' }])
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

  test('may have a name of its own', async () => {
    await loggedIn()
    expect((await machine.call(['login', 'europe', gateway.url, '--as-rack', 'eu-1'])).code).toBe(0)
    expect((await machine.call(['url', '-r', 'europe'])).stdout).toBe(`${addressOf('eu-1')}\n`)
    const wrong = await machine.call(['login', 'asia', gateway.url, '--as-rack', 'eu-2'])
    expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('Did you mean eu-1?')])
  })

  test('that a name is moved to by --as-rack needs none, either', async () => {
    await loggedIn()
    expect((await machine.call(['login', 'staging', '--as-rack', 'eu-1'])).code).toBe(0)
    expect((await machine.call(['url'])).stdout).toBe(`${addressOf('eu-1')}\n`)
  })

  test.each<[string, FakeAnswer, readonly string[], number]>([
    ['the session was ended', { status: 401, body: {} }, [], 2],
    ['the session is bound to one rack', { status: 200, body: { ...me, rack: 'staging' } }, [], 2],
    ['a session for this rack alone is asked for', { status: 200, body: me }, ['--rack-only'], 1],
    ['somebody logs in anew', { status: 200, body: me }, ['again'], 1],
  ])('is logged in to by browser where %s', async (_, answer, more, asked) => {
    await loggedIn(answer)
    const words = more.includes('again') ? ['staging'] : ['production', gateway.url, ...more]
    const outcome = await machine.call(['login', ...words, '--no-browser'])
    expect(outcome.code).not.toBe(0)
    expect(gateway.asked.map(({ path }) => path)).toEqual([
      ...(asked === 2 ? ['/gateway/api/v1/me'] : []),
      '/gateway/api/v1/cli-logins/device',
    ])
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token: 'rgs_ada' } } })
  })

  test('is not taken from the address of another gateway', async () => {
    await loggedIn()
    const other = await startFakeGateway({ status: 200, body: me })
    expect((await machine.call(['login', 'production', other.url, '--no-browser'])).code).toBe(7)
    expect(other.asked).toEqual([{ authorization: undefined, path: '/gateway/api/v1/cli-logins/device' }])
    await other.close()
  })
})

describe('a token that is not for all', () => {
  test('because it is bound to a rack, is its own name’s, and others keep the session', async () => {
    await loggedIn({ status: 200, body: { ...me, rack: 'production' } })
    await machine.call(['login', 'production', gateway.url, '--token', 'rgs_bound'])
    expect(machine.config()).toMatchObject({
      sessions: { [gateway.url]: { token: 'rgs_ada' } },
      tokens: { production: { token: 'rgs_bound', url: gateway.url } },
    })
    expect((await machine.call(['url', '-r', 'production'])).stdout).toBe(`${addressOf('production', 'rgs_bound')}\n`)
    expect((await machine.call(['url', '-r', 'staging'])).stdout).toBe(`${addressOf('staging')}\n`)
  })

  test('because it is an API token, makes nobody else a pipeline', async () => {
    await loggedIn({ status: 200, body: { ...me, kind: 'api-token', name: 'robot' } })
    await machine.call(['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging'])
    expect((await machine.call(['url', '-r', 'robot'])).stdout).toBe(`${addressOf('staging', 'rgt_robot')}\n`)
    expect((await machine.call(['url', '-r', 'staging'])).stdout).toBe(`${addressOf('staging')}\n`)
  })

  test('gives way to a session that its name gets later', async () => {
    await loggedIn()
    await machine.call(['login', 'robot', gateway.url, '--token', 'rgt_robot', '--as-rack', 'staging'])
    await machine.call(['login', 'robot', '--token', 'rgs_new'])
    expect(machine.config()).toMatchObject({ sessions: { [gateway.url]: { token: 'rgs_new' } } })
    expect(machine.config()).not.toHaveProperty('tokens')
  })
})

test('somebody else’s session at an address is said to be that of the other names, too', async () => {
  await loggedIn()
  await machine.call(['login', 'production', gateway.url])
  gateway.answer = { status: 200, body: { ...me, name: 'bob@example.com' } }
  const { stderr } = await machine.call(['login', 'staging', '--token', 'rgs_bob'])
  expect(stderr).toBe(
    'rack-gateway: production used the session of ada@example.com at this address, and now uses this one.\n',
  )
})

test('the rack is asked for at a terminal until it is one, and not for ever', async () => {
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

describe("the reference's file", () => {
  const reference = () => ({
    gateways: { staging: { url: gateway.url, color: 'red' }, production: { url: gateway.url } },
    tokens: { staging: { token: 'rgs_ada', email: 'ada@example.com', expires_at: '2094-02-01T00:00:00Z', x: 1 } },
    future: { kept: true },
  })

  test('is read as it is, by every name at its address, and not rewritten by reading', async () => {
    machine.configure(reference())
    for (const rack of ['staging', 'production'])
      expect((await machine.callConvox(['--no-precheck', 'apps', '--rack', rack])).convox?.rackUrl).toBe(
        addressOf(rack),
      )
    expect(machine.config()).toEqual(reference())
  })

  test('becomes the new one with the next write, and loses nothing', async () => {
    machine.configure(reference())
    expect((await machine.call(['switch', 'production'])).code).toBe(0)
    const { tokens, ...rest } = reference()
    expect(machine.config()).toEqual({ ...rest, sessions: { [gateway.url]: tokens.staging }, current: 'production' })
  })
})

describe('logout', () => {
  test('of one name is that of every name with its session, once', async () => {
    await loggedIn()
    await machine.call(['login', 'production', gateway.url])
    const { stdout } = await machine.call(['logout', 'production'])
    expect(stdout).toContain('Logged out of staging, production.\n')
    expect(machine.config()).not.toHaveProperty('sessions')
    expect(machine.config()).toMatchObject({ gateways: { staging: {}, production: {} } })
    expect((await machine.call(['logout', 'staging'])).stdout).toBe('You were not logged in.\n')
  })

  test('--all ends what no name leads to any more, too', async () => {
    machine.configure({ sessions: { [gateway.url]: { token: 'rgs_orphan' } } })
    const { stdout } = await machine.call(['logout', '--all'])
    expect(stdout).toContain(`Logged out of ${gateway.url}.`)
    expect(gateway.asked[0]?.authorization).toBe('Bearer rgs_orphan')
    expect(machine.config()).toEqual({})
  })
})

test('logout forgets a token, too, that the file has no address for', async () => {
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

  test('of one window is not that of another, whatever is switched meanwhile', async () => {
    const [one, other] = [{ GATEWAY_RACK: 'staging' }, {}]
    const switched = await machine.call(['switch', 'production'], one)
    expect(switched.stderr).toBe('rack-gateway: Commands here still go to staging, from GATEWAY_RACK.\n')
    expect((await machine.callConvox(['--no-precheck', 'apps'], one)).convox?.rackUrl).toBe(addressOf('staging'))
    expect((await machine.callConvox(['--no-precheck', 'apps'], other)).convox?.rackUrl).toBe(addressOf('production'))
  })

  test('is shown by racks as it holds where it is typed', async () => {
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

  test('by .convox/rack is not looked for in directories above, as convox does not', async () => {
    machine.write(join(machine.home, '.convox', 'rack'), 'production\n')
    expect((await machine.call(['url'])).stdout).toBe(`${addressOf('staging')}\n`)
  })
})

test.each([
  ['shared', 'production'],
  ['its own', 'staging'],
])('a name whose session is %s is reminded three days before its end', async (_, name) => {
  const soon = new Date(inDays(1.9)).toISOString()
  machine.configure({
    gateways: { staging: { url: gateway.url }, production: { url: gateway.url } },
    sessions: { [gateway.url]: { token: 'rgs_ada', expires_at: soon } },
  })
  const { stderr } = await machine.callConvox(['--no-precheck', 'apps', '-r', name])
  expect(stderr).toMatch(
    new RegExp(
      `^rack-gateway: Your token for ${name} ends in 1 day, at .*\\. Log in again with: rack-gateway login ${name}\\n$`,
    ),
  )
})

describe('in automation', () => {
  const automation = () => ({ RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgt_ci' })
  beforeEach(() => machine.configure('broken'))

  test.each([
    ['bound to one', { ...me, rack: 'staging' }],
    ['good for one alone', { ...me, racks: ['staging'] }],
  ])('a token that is %s rack names it in the RACK_URL', async (_, body) => {
    gateway.answer = { status: 200, body }
    expect((await machine.callConvox(['--no-precheck', 'apps'], automation())).convox?.rackUrl).toBe(
      addressOf('staging', 'rgt_ci'),
    )
    expect((await machine.call(['url'], automation())).stdout).toBe(`${addressOf('staging', 'rgt_ci')}\n`)
  })

  test.each<[string, FakeAnswer, number, string]>([
    ['several', { status: 200, body: me }, 2, 'Name one with --rack or GATEWAY_RACK: production, staging, eu-1'],
    ['none', { status: 200, body: { ...me, racks: [] } }, 2, 'The token has no role on any rack.'],
    ['a refusal', { status: 401, body: {} }, 4, 'refused the token'],
    ['a failure', { status: 500, body: {} }, 7, 'could not be asked'],
  ])('a token with %s starts nothing', async (_, answer, code, sentence) => {
    gateway.answer = answer
    const outcome = await machine.callConvox(['apps'], automation())
    expect(outcome).toMatchObject({ code, convox: null, stderr: expect.stringContaining(sentence) })
  })

  test('every command of our own goes without a file', async () => {
    const racks = await machine.call(['racks', '--json'], { ...automation(), GATEWAY_RACK: 'eu-1' })
    expect(JSON.parse(racks.stdout)).toMatchObject([
      { name: 'production', chosen: false, keptIn: 'environment' },
      { name: 'staging', chosen: false },
      { name: 'eu-1', chosen: true, url: gateway.url, email: 'ada@example.com' },
    ])
    const whoami = await machine.call(['whoami'], automation())
    expect(whoami.stdout).toContain('kept in    RACK_GATEWAY_TOKEN\n')
    expect((await machine.call(['whoami', '--offline'], automation())).code).toBe(7)
    for (const words of [['sessions'], ['audit', 'search'], ['can', 'apps'], ['policy', 'impact', '@in-force']])
      expect((await machine.call(words, automation())).stderr).not.toContain('is broken')
    expect(new Set(gateway.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer rgt_ci']))
  })
})

describe('whoami without the gateway', () => {
  beforeEach(async () => {
    await loggedIn()
    await gateway.close()
  })

  test('says what it said last, and when', async () => {
    const before = JSON.parse(JSON.stringify(machine.config()))
    before.sessions[gateway.url].confirmed.at = new Date(inDays(-2)).toISOString()
    machine.configure(before)
    const said = await machine.call(['whoami'])
    expect(said).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /does not answer: nothing listens at \S+ \(ECONNREFUSED\)\. This is its last answer\.$/m,
      ),
    })
    expect(said.stdout).toMatch(
      /^ada@example\.com \(user\)\n.*\nrack {7}staging\nracks .*\nroles {6}deployer\ntoken {6}ends in 29 days, at .*\nkept in {4}.*config\.json\nconfirmed {2}2 days ago, at .*Z\n$/,
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

  test('says that nothing is known where nothing is', async () => {
    machine.configure({ gateways: { a: { url: gateway.url } }, sessions: { [gateway.url]: { token: 'rgs_x' } } })
    expect((await machine.call(['whoami'])).code).toBe(7)
    expect(await machine.call(['whoami', '--offline'])).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('Nothing is known'),
    })
  })
})

test('whoami keeps what the gateway says, and a login in between wins', async () => {
  await loggedIn({ status: 200, body: { ...me, roles: ['viewer'] } })
  expect((await machine.call(['whoami'])).code).toBe(0)
  expect(machine.config()).toMatchObject({
    sessions: { [gateway.url]: { token: 'rgs_ada', confirmed: { roles: ['viewer'] } } },
  })
  const other = { gateways: { staging: { url: gateway.url } }, sessions: { [gateway.url]: { token: 'rgs_other' } } }
  gateway.answer = {
    status: 200,
    body: me,
    get after() {
      machine.configure(other)
      return Promise.resolve()
    },
  }
  await machine.call(['whoami'])
  expect(machine.config()).toEqual(other)
})
