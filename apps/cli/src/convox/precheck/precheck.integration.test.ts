import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@rack-gateway/config/client'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../../invocation/context.ts'
import type { Target } from '../../rack-choice/local/target.ts'
import { type EffectivePolicyOptions, effectivePolicy } from '../../testing/effective-policy.ts'
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts'
import { quietContext } from '../../testing/quiet-context.ts'
import { writePolicyCache } from './cache-policy.ts'
import { policyCachePath, readPolicyCacheFile } from './policy-cache-file.ts'
import { type PrecheckResult, precheck } from './precheck.ts'
import { reportCallOf } from './stopped-calls/report-of-error.ts'

const noon = Date.UTC(2030, 0, 2, 12)
const day = 24 * 60 * 60 * 1000
/** Convox does not end. */
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

/** Starts a gateway with one policy and a fixed time. */
async function startGateway(options: EffectivePolicyOptions = {}) {
  await gateway?.close()
  gateway = await startFakeGateway(effectivePolicy({ at: noon, ...options }))
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

/** Checks a command, by default at noon. After a denial, waits for the report of the stopped call. */
function check(now = noon, words: readonly string[] = promote, change: Partial<Context> = {}): Promise<PrecheckResult> {
  return checkFor(target(), now, words, change)
}

async function checkFor(
  target: Target,
  now = noon,
  words: readonly string[] = promote,
  change: Partial<Context> = {},
): Promise<PrecheckResult> {
  try {
    return await precheck(contextAt(now, change), target, words)
  } catch (error) {
    await reportCallOf(error)
    throw error
  }
}

/** Requests for the policy. */
function policyRequests({ requests }: FakeGateway) {
  return requests.filter(({ path }) => path === '/gateway/api/v1/policy/effective?rack=staging')
}

const denied = { code: 'RGW_CLI_REFUSED' }

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

  test("follow the gateway's clock, not that of this machine", async () => {
    await startGateway({ role: 'deployer', document, at: noon })
    for (const wrong of [noon - hours(5), noon + hours(7)]) await expect(check(wrong)).resolves.toBeDefined()
    await startGateway({ role: 'deployer', document, at: morning + hours(20) })
    await expect(check(morning + hours(20))).rejects.toMatchObject(denied)
  })

  test('do not deny the command if they begin before the first call arrives', async () => {
    await startGateway({ role: 'deployer', document, at: morning + hours(8) - 3_000 })
    await expect(check(morning + hours(8) - 3_000)).resolves.toBeDefined()
    await startGateway({ role: 'deployer', document, at: morning + hours(8) - 60_000 })
    await expect(check(morning + hours(8) - 60_000)).rejects.toMatchObject(denied)
  })
})

describe('grants', () => {
  const minutes = (count: number) => noon + count * 60_000
  const grant = {
    id: '01a21006-6e55-7646-9171-966421143187',
    rule: 'deploy',
    role: 'deployer',
    racks: ['staging'],
    apps: ['web'],
    startsAt: noon,
    expiresAt: minutes(60),
    startsWithUse: false,
  }
  const bindings = [{ id: 'b1', role: 'viewer', racks: '*', apps: '*', expiresAt: null }]
  const principal = { kind: 'user', id: 'u1', name: 'ada@example.com', rack: null, groups: [], bindings, owner: null }
  const withGrant = (change: object = {}) => ({
    change: { principal: { ...principal, grants: [{ ...grant, ...change }] } },
  })

  test('allow what no binding allows, until they end', async () => {
    await startGateway(withGrant())
    await expect(check()).resolves.toMatchObject({ stepUp: null })
    await expect(check(noon, ['releases', 'promote', 'R1', '-a', 'api'])).rejects.toMatchObject(denied)
    await startGateway({ ...withGrant(), at: minutes(60) })
    await expect(check(minutes(60))).rejects.toMatchObject(denied)
  })

  test('that are newer than the cached policy are not overlooked: the gateway is asked before a denial', async () => {
    const cachedWithout = await startGateway()
    await expect(check()).rejects.toMatchObject(denied)
    cachedWithout.response = effectivePolicy({ at: minutes(1), ...withGrant() })
    await expect(check(minutes(1))).resolves.toBeDefined()
    expect(policyRequests(cachedWithout)).toHaveLength(2)
  })

  test('that start before the first call arrives deny nothing; later ones do', async () => {
    await startGateway(withGrant({ startsAt: noon + 3_000 }))
    await expect(check()).resolves.toBeDefined()
    await startGateway(withGrant({ startsAt: minutes(1) }))
    await expect(check()).rejects.toMatchObject(denied)
  })

  test('that their first use starts allow the command', async () => {
    await startGateway(withGrant({ startsWithUse: true }))
    await expect(check()).resolves.toBeDefined()
  })

  test('that cannot be read deny nothing', async () => {
    await startGateway(withGrant({ racks: 'staging' }))
    await expect(check()).resolves.toBeDefined()
  })
})

describe('an unusable answer denies nothing, and is not cached', () => {
  test.each<[string, EffectivePolicyOptions]>([
    ['with a later format', { change: { format: 2 } }],
    ['with another hash than that of its document', { change: { policy: 'f'.repeat(64) } }],
    ['with an invalid document', { change: { document: { ...builtInPolicy(), roles: [] } } }],
    ['without a caller', { change: { principal: null } }],
    ['with invalid bindings', { change: { principal: { bindings: [{ role: 1 }] } } }],
    ['that is a redirect', { status: 302 }],
    ['that rejects the token', { status: 401 }],
    ['of a gateway without this operation', { status: 404 }],
  ])('%s', async (_, options) => {
    const { requests } = await startGateway(options)
    await expect(check()).resolves.toBeDefined()
    await expect(check()).resolves.toBeDefined()
    expect(requests).toHaveLength(2)
    expect(() => readdirSync(join(home, 'config', 'policy'))).toThrow('ENOENT')
  })
})

describe('the cached policy', () => {
  test('is used for a day', async () => {
    const { requests } = await startGateway({ role: 'deployer' })
    await check(noon)
    await check(noon + day)
    expect(requests).toHaveLength(1)
    await check(noon + day + 1)
    expect(requests).toHaveLength(2)
  })

  test('is not used if its time is in the future', async () => {
    const { requests } = await startGateway({ role: 'deployer' })
    await check(noon)
    await check(noon - 1)
    expect(requests).toHaveLength(2)
  })

  test('has at most 32 files', async () => {
    for (let count = 0; count < 40; count++) {
      const path = policyCachePath(join(home, 'config', 'config.json'), { ...target(), rack: `rack/${count}` })
      writePolicyCache(path, { tag: '"1"', text: '{}', checkedAt: Date.now() })
      expect(readPolicyCacheFile(path, Date.now())).toMatchObject({ tag: '"1"', text: '{}' })
    }
    expect(readdirSync(join(home, 'config', 'policy'))).toHaveLength(32)
  })

  test('is optional: without write access, the command runs', async () => {
    await startGateway({ role: 'deployer' })
    await expect(check(noon, promote, { configPath: '/dev/null/config.json' })).resolves.toBeDefined()
  })
})

describe('a rack in observe mode', () => {
  const end = noon + day / 2
  const observing = { observing: { until: new Date(end).toISOString() } }
  const line = `Would be denied when enforced: release:promote on web needs one of the roles deployer, ci, and admin; you have the role viewer on staging. Ask an administrator of the gateway for a role that has it. (rule no-permission, from bindings) The rack staging is in observe mode until ${observing.observing.until}.`

  async function notes(now: number, words?: readonly string[]): Promise<string[]> {
    const lines: string[] = []
    await check(now, words, { note: (text) => void lines.push(text) })
    return lines
  }

  test('a command that the policy denies starts, and a note says what would be denied', async () => {
    const { requests } = await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon)).toEqual([line])
    expect(await notes(noon)).toEqual([line])
    expect(requests).toHaveLength(2)
    expect(await notes(noon, ['apps'])).toEqual([])
    expect(requests).toHaveLength(2)
  })

  test('a note of the cached policy is not printed without an answer of the gateway', async () => {
    const started = await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon)).toEqual([line])
    started.response = effectivePolicy({ role: 'deployer', change: observing, at: noon })
    expect(await notes(noon)).toEqual([])
    await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon)).toEqual([line])
    await gateway?.close()
    expect(await notes(noon)).toEqual([])
  })

  test('a command that was allowed only by a cached observe mode is denied', async () => {
    const started = await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon)).toEqual([line])
    started.response = effectivePolicy({ role: 'viewer', at: noon })
    const lines: string[] = []
    await expect(check(noon, promote, { note: (text) => void lines.push(text) })).rejects.toMatchObject(denied)
    expect(lines).toEqual([])
  })

  test('a note says what would be denied for each service', async () => {
    await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon, ['restart', '-a', 'web'])).toEqual([
      expect.stringMatching(/^Would be denied when enforced: service:restart on web needs /),
    ])
  })

  test('a note says under which condition a call would be denied', async () => {
    await startGateway({ role: 'deployer', change: observing })
    expect(await notes(noon, ['exec', 'web-1', 'bin/pre_release', '-a', 'web'])).toEqual([
      expect.stringMatching(
        /^Would be denied when enforced if it is a process of another service: process:exec-any on web needs /,
      ),
    ])
  })

  test('a call whose failure convox ignores is not in a note', async () => {
    await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon, ['env', '-a', 'web'])).toEqual([])
  })

  test('the policy is enforced from the end on', async () => {
    await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon)).toEqual([line])
    await startGateway({ role: 'viewer', change: observing, at: end })
    await expect(check(end)).rejects.toMatchObject(denied)
  })

  test('what observe mode does not allow is denied', async () => {
    await startGateway({ role: 'viewer', change: observing })
    await expect(check(noon, ['exec', 'build', 'ls', '-a', 'web'])).rejects.toMatchObject(denied)
    await startGateway({ role: 'viewer', change: { observing: { until: 'soon' } } })
    expect(await notes(noon)).toEqual([])
  })

  test('a policy that was cached before observe mode denies nothing', async () => {
    await startGateway({ role: 'viewer' })
    await expect(check()).rejects.toMatchObject(denied)
    await startGateway({ role: 'viewer', change: observing })
    expect(await notes(noon + 1)).toEqual([line])
  })
})

describe('while convox runs', () => {
  test('a cached policy older than a minute is refreshed for the next command', async () => {
    const { requests } = await startGateway({ role: 'deployer' })
    await check(noon)
    const recent = await check(noon + 60_000 - 1)
    await recent.refresh(running)
    expect(requests).toHaveLength(1)
    const old = await check(noon + 60_000)
    await old.refresh(running)
    expect(requests).toHaveLength(2)
    await (await check(noon + 120_000 - 1)).refresh(running)
    expect(requests).toHaveLength(2)
  })

  test('a short command does not wait for the refresh', async () => {
    const { requests } = await startGateway({ role: 'deployer' })
    await check(noon)
    await (await check(noon + 120_000)).refresh(Promise.resolve())
    expect(requests).toHaveLength(1)
  })
})

describe('the cached policy alone never denies a command', () => {
  test('an allowed command needs no request, and is denied after the gateway has sent another policy', async () => {
    const started = await startGateway({ role: 'deployer' })
    for (let time = 0; time < 3; time++) await (await check()).refresh(running)
    expect(started.requests).toHaveLength(1)
    started.response = effectivePolicy({ at: noon, role: 'viewer' })
    await (await check(noon + 60_000)).refresh(running)
    await expect(check(noon + 60_000)).rejects.toMatchObject(denied)
  })

  test('a modified cache file denies nothing', async () => {
    const { requests } = await startGateway({ role: 'deployer' })
    await check()
    const path = policyCachePath(join(home, 'config', 'config.json'), target())
    writeFileSync(path, readFileSync(path, 'utf8').replace('"role":"deployer"', '"role":"viewer"'))
    await expect(check()).resolves.toBeDefined()
    expect(requests).toHaveLength(2)
  })

  test('logins with the same checksum are denied only by their own policy', async () => {
    const started = await startGateway({ role: 'viewer' })
    await expect(checkFor(target('rgs_1_000000'))).rejects.toMatchObject(denied)
    started.response = effectivePolicy({ at: noon, role: 'deployer' })
    await expect(checkFor(target('rgs_2_000000'))).resolves.toBeDefined()
    expect(policyRequests(started)).toHaveLength(2)
  })

  test('only the response is cached, and no word of a command', async () => {
    await startGateway({ role: 'admin', document: { ...builtInPolicy(), blocked: [] } })
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

describe('no request and no denial for', () => {
  test.each([
    ['a command without calls', ['help']],
    ['an unknown command', ['no-such-command']],
    ['an unknown flag', ['apps', '--nonsense']],
  ])('%s', async (_, words) => {
    const { requests } = await startGateway()
    await expect(check(noon, words)).resolves.toBeDefined()
    expect(requests).toEqual([])
  })

  test('a directory with two names, because convox could use either as the app', async () => {
    const { requests } = await startGateway()
    symlinkSync(join(home, 'project'), join(home, 'other'))
    const change = { env: { PWD: join(home, 'other') } }
    await expect(check(noon, ['releases', 'promote', 'R1'], change)).resolves.toBeDefined()
    expect(requests).toEqual([])
    await expect(check(noon, ['releases', 'promote', 'R1'], { env: { PWD: home } })).rejects.toMatchObject(denied)
  })
})

test('text of the policy cannot control the terminal', async () => {
  const [first] = builtInPolicy().blocked
  const document = {
    ...builtInPolicy(),
    blocked: first ? [{ ...first, route: 'GET /apps', reason: 'Closed \u001b[31m.', next: 'Ask.' }] : [],
  }
  await startGateway({ role: 'admin', document })
  await expect(check(noon, ['apps'])).rejects.toThrow('Closed \ufffd[31m. Ask. (rule blocked:GET /apps, from built-in')
})
