import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@rack-gateway/config/client'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../../context.ts'
import type { Target } from '../../target/target.ts'
import { effectivePolicy, type Told } from '../../testing/effective-policy.ts'
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts'
import { quietContext } from '../../testing/quiet-context.ts'
import { writePolicyCache } from './cache-policy.ts'
import { policyCachePath, readPolicyCacheFile } from './policy-cache-file.ts'
import { type Passed, precheck } from './precheck.ts'

const noon = Date.UTC(2030, 0, 2, 12)
const day = 24 * 60 * 60 * 1000
/** Convox, for as long as it takes. */
const running = new Promise<void>(() => undefined)
const promote = ['releases', 'promote', 'R1', '-a', 'web']

let home: string
let gateway: FakeGateway | null
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-precheck-'))
  mkdirSync(join(home, 'project'))
  gateway = null
})
afterEach(async () => {
  rmSync(home, { recursive: true, force: true })
  await gateway?.close()
})

/** A gateway that tells of one policy, at one time. */
async function telling(told: Told = {}) {
  await gateway?.close()
  gateway = await startFakeGateway(effectivePolicy({ at: noon, ...told }))
  return gateway
}

function contextAt(now: number, change: Partial<Context> = {}): Context {
  return quietContext({
    cwd: join(home, 'project'),
    configPath: join(home, 'config', 'config.json'),
    now,
    ...change,
  })
}

function target(token = 'rgs_one'): Target {
  const origin = gateway?.url ?? 'http://127.0.0.1:1'
  return {
    name: 'staging',
    origin,
    rack: 'staging',
    token: new Secret(token),
    expiry: { state: 'unknown' },
    renewalDue: false,
  }
}

/** Who stands where, at noon unless said otherwise. */
function check(now = noon, words: readonly string[] = promote, change: Partial<Context> = {}): Promise<Passed> {
  return precheck(contextAt(now, change), target(), words)
}

const refused = { code: 'RGW_CLI_REFUSED' }

describe('office hours', () => {
  const window = { from: '08:00', to: '18:00', zone: 'UTC' }
  const document = {
    ...builtInPolicy(),
    roles: builtInPolicy().roles.map((role) =>
      role.name === 'deployer' ? { ...role, when: [{ time: [window] }] } : role,
    ),
  }
  const hours = (count: number) => count * 60 * 60 * 1000
  const morning = Date.UTC(2030, 0, 2)

  test('are those of the gateway’s clock, whatever the own one says', async () => {
    await telling({ role: 'deployer', document, at: noon })
    for (const wrong of [noon - hours(5), noon + hours(7)]) await expect(check(wrong)).resolves.toBeDefined()
    await telling({ role: 'deployer', document, at: morning + hours(20) })
    await expect(check(morning + hours(20))).rejects.toMatchObject(refused)
  })

  test('that begin while the command is on its way don’t stop it', async () => {
    await telling({ role: 'deployer', document, at: morning + hours(8) - 3_000 })
    await expect(check(morning + hours(8) - 3_000)).resolves.toBeDefined()
    await telling({ role: 'deployer', document, at: morning + hours(8) - 60_000 })
    await expect(check(morning + hours(8) - 60_000)).rejects.toMatchObject(refused)
  })
})

describe('an answer that isn’t understood refuses nothing, and isn’t kept', () => {
  test.each<[string, Told]>([
    ['of a later format', { change: { format: 2 } }],
    ['of another document than its hash says', { change: { policy: 'f'.repeat(64) } }],
    ['whose document can’t be compiled', { change: { document: { ...builtInPolicy(), roles: [] } } }],
    ['without a caller', { change: { principal: null } }],
    ['with bindings that are none', { change: { principal: { bindings: [{ role: 1 }] } } }],
    ['that is a redirect', { status: 302 }],
    ['that refuses the token', { status: 401 }],
    ['of a gateway that has no such address', { status: 404 }],
  ])('%s', async (_, told) => {
    const { asked } = await telling(told)
    await expect(check()).resolves.toBeDefined()
    await expect(check()).resolves.toBeDefined()
    expect(asked).toHaveLength(2)
    expect(() => readdirSync(join(home, 'config', 'policy'))).toThrow('ENOENT')
  })
})

describe('what is kept', () => {
  test('is used for a day', async () => {
    const { asked } = await telling({ role: 'deployer' })
    await check(noon)
    await check(noon + day)
    expect(asked).toHaveLength(1)
    await check(noon + day + 1)
    expect(asked).toHaveLength(2)
  })

  test('from a time that is still to come isn’t used', async () => {
    const { asked } = await telling({ role: 'deployer' })
    await check(noon)
    await check(noon - 1)
    expect(asked).toHaveLength(2)
  })

  test('is at most 32 answers', async () => {
    for (let count = 0; count < 40; count++) {
      const path = policyCachePath(join(home, 'config', 'config.json'), { ...target(), rack: `rack/${count}` })
      writePolicyCache(path, { tag: '"1"', text: '{}', checkedAt: Date.now() })
      expect(readPolicyCacheFile(path, Date.now())).toMatchObject({ tag: '"1"', text: '{}' })
    }
    expect(readdirSync(join(home, 'config', 'policy'))).toHaveLength(32)
  })

  test('where nothing can be written, is nothing: the command goes on', async () => {
    await telling({ role: 'deployer' })
    await expect(check(noon, promote, { configPath: '/dev/null/config.json' })).resolves.toBeDefined()
  })
})

describe('while convox runs', () => {
  test('what is older than a minute is asked for again, for the next time', async () => {
    const { asked } = await telling({ role: 'deployer' })
    await check(noon)
    const young = await check(noon + 60_000 - 1)
    await young.refresh(running)
    expect(asked).toHaveLength(1)
    const older = await check(noon + 60_000)
    await older.refresh(running)
    expect(asked).toHaveLength(2)
    await (await check(noon + 120_000 - 1)).refresh(running)
    expect(asked).toHaveLength(2)
  })

  test('a command that ends at once isn’t kept waiting', async () => {
    const { asked } = await telling({ role: 'deployer' })
    await check(noon)
    await (await check(noon + 120_000)).refresh(Promise.resolve())
    expect(asked).toHaveLength(1)
  })
})

describe('what is kept only permits', () => {
  test('a command that it permits passes without a question, and is refused once the gateway has told of something else', async () => {
    const told = await telling({ role: 'deployer' })
    for (let time = 0; time < 3; time++) await (await check()).refresh(running)
    expect(told.asked).toHaveLength(1)
    told.answer = effectivePolicy({ at: noon, role: 'viewer' })
    await (await check(noon + 60_000)).refresh(running)
    await expect(check(noon + 60_000)).rejects.toMatchObject(refused)
  })

  test('nobody is refused by what was changed since it was kept', async () => {
    const { asked } = await telling({ role: 'deployer' })
    await check()
    const path = policyCachePath(join(home, 'config', 'config.json'), target())
    writeFileSync(path, readFileSync(path, 'utf8').replace('"role":"deployer"', '"role":"viewer"'))
    await expect(check()).resolves.toBeDefined()
    expect(asked).toHaveLength(2)
  })

  test('logins that are alike in their check digits are refused by no policy but their own', async () => {
    const told = await telling({ role: 'viewer' })
    await expect(precheck(contextAt(noon), target('rgs_1_000000'), promote)).rejects.toMatchObject(refused)
    told.answer = effectivePolicy({ at: noon, role: 'deployer' })
    await expect(precheck(contextAt(noon), target('rgs_2_000000'), promote)).resolves.toBeDefined()
    expect(told.asked).toHaveLength(2)
  })

  test('nothing but the answer is kept: no word of a command', async () => {
    await telling({ role: 'admin', document: { ...builtInPolicy(), blocked: [] } })
    for (let time = 0; time < 2; time++)
      await (await check(noon, ['env', 'set', 'PASSWORD=hunter2', '-a', 'web'])).refresh(running)
    const files = readdirSync(join(home, 'config'), { recursive: true, encoding: 'utf8' })
    expect(files.sort()).toEqual([
      'policy',
      expect.stringMatching(/^policy\/127\.0\.0\.1%3A\d+%20staging%20gs_one\.json$/),
    ])
    expect(readFileSync(join(home, 'config', files[1] ?? ''), 'utf8')).not.toContain('hunter2')
  })
})

describe('nothing is asked, and nothing refused, for', () => {
  test.each([
    ['a command of this machine', ['help']],
    ['what isn’t a command', ['no-such-command']],
    ['a flag that isn’t known', ['apps', '--nonsense']],
  ])('%s', async (_, words) => {
    const { asked } = await telling()
    await expect(check(noon, words)).resolves.toBeDefined()
    expect(asked).toEqual([])
  })

  test('a directory with two names, since convox may name the app by either', async () => {
    const { asked } = await telling()
    symlinkSync(join(home, 'project'), join(home, 'other'))
    const change = { env: { PWD: join(home, 'other') } }
    await expect(check(noon, ['releases', 'promote', 'R1'], change)).resolves.toBeDefined()
    expect(asked).toEqual([])
    await expect(check(noon, ['releases', 'promote', 'R1'], { env: { PWD: home } })).rejects.toMatchObject(refused)
  })
})

test('a policy’s words can’t command the terminal', async () => {
  const [first] = builtInPolicy().blocked
  const document = {
    ...builtInPolicy(),
    blocked: first ? [{ ...first, route: 'GET /apps', reason: 'Closed \u001b[31m.', next: 'Ask.' }] : [],
  }
  await telling({ role: 'admin', document })
  await expect(check(noon, ['apps'])).rejects.toThrow('Closed \ufffd[31m. Ask. (rule blocked:GET /apps, from built-in')
})
