import { readdirSync, readFileSync } from 'node:fs'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { approve, ask, createPerson, writeRequestsPolicy } from '../requests/people.ts'
import { type PackageFiles, packageFiles } from '../support/gateway/policy-packages.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

/** What it does depends on the app, so that one gateway serves all tests. */
const probe = `
export const seen = []
export default {
  name: 'probe',
  timeoutMs: 50,
  evaluate(call, context) {
    if (call.app === 'denied') return { effect: 'deny', rule: 'closed', reason: 'This app is 100% closed.\\n', next: 'Wait until Monday.' }
    if (call.app === 'approved') return { effect: 'require', requirement: 'approval', request: 'four-eyes', rule: 'four-eyes', reason: 'This app is delicate.', next: 'Ask a colleague.' }
    if (call.app === 'unknown') return { effect: 'require', requirement: 'approval', request: 'nowhere', rule: 'x', reason: 'This app is delicate.', next: 'Ask a colleague.' }
    if (call.app === 'confirmed') return { effect: 'require', requirement: 'step-up', rule: 'again', reason: 'This app is delicate.', next: 'Come back later.' }
    if (call.app === 'throws') throw new Error('postgres://user:hunter2@db failed')
    if (call.app === 'rejects') return Promise.reject(new Error('hunter2'))
    if (call.app === 'hangs') return new Promise((_, reject) => context.signal.addEventListener('abort', reject))
    if (call.app === 'allows') return { effect: 'allow', rule: 'mine', reason: 'I say so.', next: 'Go on.' }
    if (call.app === 'true') return true
    if (call.app === 'halves') return { effect: 'deny', rule: 'no-words' }
    if (call.app === 'traps') return { get effect() { throw new Error('hunter2') } }
    if (call.app === 'late') return Promise.resolve({ effect: 'deny', rule: 'late', reason: 'It was looked up.', next: 'Wait.' })
    if (call.app === 'mutates') { call.rack = 'production' }
    if (call.app === 'digs') { call.parameters.query.push('x') }
    if (call.app === 'promotes') { context.principal.roles.push('admin') }
    if (call.app === 'slow') { const until = performance.now() + 8; while (performance.now() < until); }
    if (call.app === 'shown') return { effect: 'deny', rule: 'shown', reason: JSON.stringify({ call, context }).replaceAll(/[^\\x20-\\x7e]/g, ''), next: 'Look.' }
  },
}`
const second = `
export default {
  name: 'second',
  evaluate: (call) => (call.app === 'denied' || call.app === 'both')
    ? { effect: 'deny', rule: 'second', reason: 'The second says no.', next: 'Ask the first.' } : undefined,
}`

const policy = `version: 1
requests:
  four-eyes:
    from: [group:engineering]
    role: viewer
    longest: 4h
    workStarts: firstUse
    reviewers: [group:leads]
`

describe('a policy package', () => {
  let files: PackageFiles
  let system: System
  let admin: string
  const lines: string[] = []
  beforeAll(async () => {
    files = await packageFiles()
    system = await startSystem({
      policyFile: writeRequestsPolicy(policy),
      policyPackages: [await files.write('probe.mjs', probe), await files.write('second.mjs', second)],
      log: (line) => lines.push(line),
    })
    admin = await system.token('admin')
  })
  afterAll(async () => {
    await system.stop()
    await files.remove()
  })
  beforeEach(() => system.rack.clearReceived())

  const health = async () => (await system.raw('GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n')).body

  async function refusal(app: string, token = admin) {
    const response = await system.send('POST', `/apps/${app}/cancel`, token)
    expect(system.rack.received).toEqual([])
    const { decision } = await system.lastEvent()
    return { status: response.status, json: response.json, error: response.error, decision }
  }

  test('without an objection does not change the call or its decision', async () => {
    expect((await system.get('/apps/myapp', admin)).status).toBe(200)
    expect(await system.lastEvent()).toMatchObject({ decision: { effect: 'allow', rule: 'role:admin' } })
  })

  test('denies with its own reason, on one line, and the rack receives no request', async () => {
    const { status, json, decision } = await refusal('denied')
    expect([status, json]).toEqual([
      403,
      expect.objectContaining({
        error: 'This app is 100 percent closed. Wait until Monday. (rule package:probe:closed)',
        code: 'RGW_NOT_PERMITTED',
        rule: 'package:probe:closed',
      }),
    ])
    expect(decision).toEqual({
      effect: 'deny',
      rule: 'package:probe:closed',
      source: 'probe',
      policy: system.app.policy.hash,
      reason: 'This app is 100 percent closed.',
      next: 'Wait until Monday.',
    })
  })

  test('can answer later, and the next one is asked when the first has no objection', async () => {
    expect((await refusal('late')).decision).toMatchObject({ rule: 'package:probe:late' })
    expect((await refusal('both')).decision).toMatchObject({ rule: 'package:second:second', source: 'second' })
  })

  test.each([
    ['approved', 'RGW_APPROVAL_NEEDED', 'Ask a colleague.', 'package:probe:four-eyes'],
    ['confirmed', 'RGW_STEP_UP_NEEDED', '/gateway/step-up?id=', 'package:probe:again'],
  ])('with a further requirement (%s) says what to do', async (app, code, text, rule) => {
    const { status, json, error, decision } = await refusal(app)
    expect([status, json]).toEqual([403, expect.objectContaining({ code, rule })])
    expect(error).toContain(text)
    expect(decision).toMatchObject({ effect: 'require', rule, source: 'probe', reason: 'This app is delicate.' })
  })

  test('that requires an approval is satisfied by a grant of its request rule', async () => {
    const ann = await createPerson(system, 'ann@example.com', ['engineering'])
    await system.issuer.addBinding({ kind: 'user', id: ann.id }, { role: 'deployer', racks: '*', apps: '*' })
    await changesApplied(system)
    const { error } = await refusal('approved', ann.token)
    expect(error).toContain('rack-gateway request --role viewer --rack staging')
    const lead = await createPerson(system, 'lead@example.com', ['leads'])
    const terms = { role: 'viewer', racks: ['staging'], apps: ['approved'], seconds: 600, reason: 'ship' }
    const id = await ask(ann, terms)
    await approve(lead, id)
    await system.send('POST', '/apps/approved/cancel', ann.token)
    expect(system.rack.received).toHaveLength(1)
    expect(await system.lastEvent()).toMatchObject({ kind: 'outcome', decision: { effect: 'allow', grant: id } })
    expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'active' })
  })

  test('that names a request rule that the policy does not have denies, and readiness says so', async () => {
    expect((await refusal('unknown')).decision).toMatchObject({ effect: 'deny', rule: 'package:probe:x' })
    await expect.poll(health).toContain('the request rule nowhere, which the policy does not have')
  })

  test.each([
    ['throws', 'could not decide about this call'],
    ['rejects', 'could not decide about this call'],
    ['hangs', 'gave no answer within 50 ms'],
    ['allows', 'could not decide about this call'],
    ['true', 'could not decide about this call'],
    ['halves', 'could not decide about this call'],
    ['traps', 'could not decide about this call'],
    ['mutates', 'could not decide about this call'],
    ['digs', 'could not decide about this call'],
    ['promotes', 'could not decide about this call'],
  ])(
    'that fails (%s) denies the call without the reason',
    async (app, why) => {
      const { status, error, decision } = await refusal(app)
      const reason = `The policy package probe ${why}, so the call is denied.`
      expect([status, error]).toEqual([403, expect.stringContaining(reason)])
      expect(error).not.toContain('hunter2')
      expect(decision).toMatchObject({ effect: 'deny', rule: 'package-failed', source: 'probe', reason })
    },
    5_000,
  )

  test('is not even asked about what roles refuse', async () => {
    const viewer = await system.token('viewer')
    for (const app of ['allows', 'throws', 'denied'])
      expect((await refusal(app, viewer)).decision).toMatchObject({ rule: 'no-permission', source: 'bindings' })
    expect((await system.send('PUT', '/system', admin, 'version=1', form)).status).toBe(403)
    expect((await system.lastEvent()).decision).toMatchObject({ rule: 'blocked:PUT /system' })
  })

  const form = ['Content-Type: application/x-www-form-urlencoded']

  test('is given names, and no value that could be a secret', async () => {
    const response = await system.send(
      'PUT',
      '/apps/shown',
      admin,
      `parameters=${encodeURIComponent('Password=hunter2')}`,
      form,
    )
    expect(response.error).toContain('"form":["parameters"]')
    expect(response.error).toContain('"roles":["admin"]')
    for (const secret of ['hunter2', system.rack.token, admin, admin.slice(0, 20)])
      expect(response.error).not.toContain(secret)
  })

  test('is counted for each slow response, and one warning is logged', async () => {
    // On a busy machine an earlier call may have been the slow one that was warned of.
    for (const _ of [1, 2, 3]) await system.get('/apps/slow', admin)
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'package.slow')
    expect(warnings).toEqual([expect.objectContaining({ package: 'probe', ms: expect.any(Number) })])
    await expect.poll(async () => Number(/slow (\d+); second/.exec(await health())?.[1])).toBeGreaterThanOrEqual(3)
  })

  test('is named, with its version and the hash of its file, in the event of the start and in readiness', async () => {
    const [started] = (await system.events()).filter(({ kind }) => kind === 'configuration.loaded')
    expect(started?.detail?.packages).toMatch(/^probe \(sha256 [0-9a-f]{12}\), second \(sha256 [0-9a-f]{12}\)$/)
    expect(await health()).toMatch(
      /probe \(sha256 [0-9a-f]{12}\): asked \d+, simulated \d+, objected \d+, failed \d+, slow \d+; second/,
    )
  })
})

/** Every name that a plugin of the gateway decorates the Fastify instance with. */
const decorations = ['apps/gateway/src', 'packages/auth/src', 'packages/audit/src', 'packages/rbac-policy/src']
  .map((folder) => new URL(`../../${folder}/`, import.meta.url))
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => new URL(file, folder)))
  .filter(({ pathname }) => pathname.endsWith('.ts') && !pathname.endsWith('.test.ts'))
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\bapp\.decorate\(\s*'(\w+)'/g)].map(([, name]) => name))

const freeze = `
let frozen = false
export default {
  name: 'freeze',
  evaluate: (call) => frozen && call.app === 'myapp'
    ? { effect: 'deny', rule: 'frozen', reason: 'The rack is frozen.', next: 'Wait.' } : null,
  register(scope, context) {
    scope.post('/begin', async (request) => {
      const { kind, name, roles } = context.callerOf(request, { rack: 'staging', app: null })
      if (!roles.includes('admin')) throw Object.assign(new Error('An administrator begins a freeze.'), { statusCode: 403 })
      await context.record(request, { action: 'begin', hasToken: 'authorization' in request.headers || /authorization/i.test(request.raw.rawHeaders.join()) })
      frozen = true
      return { kind, name, given: ${JSON.stringify(decorations)}.filter((name) => scope[name] !== undefined) }
    })
    scope.get('/state', { config: { anonymous: true } }, async () => ({ frozen }))
    scope.get('/end', { config: { anonymous: true } }, async () => { frozen = false; return {} })
  },
}`

describe('the routes of a policy package', () => {
  let files: PackageFiles
  let system: System
  beforeAll(async () => {
    files = await packageFiles()
    system = await startSystem({ policyPackages: [await files.write('freeze.mjs', freeze)] })
  })
  afterAll(async () => {
    await system.stop()
    await files.remove()
  })
  const begin = (token: string) => system.send('POST', '/gateway/packages/freeze/begin', token)

  test('are below its own address, for callers with a credential', async () => {
    const refused = await begin('rgs_nonsense')
    expect([refused.status, refused.json]).toEqual([401, expect.objectContaining({ code: 'RGW_UNAUTHENTICATED' })])
    const strange = await system.raw('GET /gateway/packages/freeze/state HTTP/1.1\r\nHost: gateway\r\n\r\n')
    expect([strange.status, strange.json]).toEqual([200, { frozen: false }])
    for (const path of ['/begin', '/gateway/begin', '/gateway/packages/begin'])
      expect((await system.send('POST', path, await system.token('admin'))).status).toBe(404)
  })

  test('are not for a page of another site', async () => {
    const refused = await system.send('POST', '/gateway/packages/freeze/begin', await system.token('admin'), '', [
      'Sec-Fetch-Site: cross-site',
    ])
    expect([refused.status, refused.json]).toEqual([403, expect.objectContaining({ rule: 'other-site' })])
  })

  test('return their own denial, which is recorded', async () => {
    const refused = await begin(await system.token('viewer'))
    expect([refused.status, refused.json]).toEqual([
      403,
      expect.objectContaining({
        error: 'An administrator begins a freeze. Ask the maintainers of the policy package freeze.',
        code: 'RGW_PACKAGE_REFUSED',
        rule: 'package:freeze',
      }),
    ])
    expect(await system.lastEvent()).toMatchObject({
      principal: { name: 'viewer@example.com' },
      decision: { effect: 'deny', rule: 'package:freeze' },
    })
  })

  test('change its state, in an event of the caller; calls in progress that become denied end', async () => {
    const admin = await system.token('admin')
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, admin, {})
    expect(socket.status).toBe(101)
    const begun = await begin(admin)
    expect([begun.status, begun.json]).toEqual([200, { kind: 'user', name: 'admin@example.com', given: [] }])
    expect((await system.events()).findLast(({ kind }) => kind === 'package.recorded')).toMatchObject({
      principal: { kind: 'user', name: 'admin@example.com' },
      request: expect.any(String),
      source: { address: '127.0.0.1' },
      detail: { package: 'freeze', action: 'begin', hasToken: false },
    })
    await socket.closed()
    expect((await socket.readToEnd()).join('')).toContain('The rack is frozen. Wait.')
    await expect
      .poll(async () => (await system.events()).findLast(({ kind }) => kind === 'closed'))
      .toMatchObject({ close: expect.stringContaining('The rack is frozen. Wait.') })
    expect((await system.get('/apps/myapp', admin)).status).toBe(403)
    await system.raw('GET /gateway/packages/freeze/end HTTP/1.1\r\nHost: gateway\r\n\r\n')
  })

  test('a download in progress is aborted when a freeze begins', async () => {
    const admin = await system.token('admin')
    await system.send('POST', '/apps/myapp/objects/tmp/large.bin?', admin, 'x'.repeat(300_000))
    const fault = system.rack.failNext(/^GET .*large/, { kind: 'stall', after: 100_000 })
    const download = system.get('/apps/myapp/objects/tmp/large.bin?', admin)
    download.catch(() => undefined)
    await fault.reached
    await begin(admin)
    await expect(download).rejects.toThrow('closed in the middle of a response')
    fault.release()
    await system.raw('GET /gateway/packages/freeze/end HTTP/1.1\r\nHost: gateway\r\n\r\n')
  })
})

/** Answers when the test says so, by a route of its own. */
const patient = `
let answer = () => undefined
let asked = 0
export default {
  name: 'patient',
  timeoutMs: 10000,
  evaluate: (call) => call.app === 'myapp' && new Promise((resolve) => { asked += 1; answer = resolve }) || null,
  register(scope) {
    scope.get('/asked', { config: { anonymous: true } }, async () => asked)
    scope.get('/answer', { config: { anonymous: true } }, async () => { answer(null); return {} })
  },
}`

test('a user who is locked while a policy package runs is denied', async () => {
  const files = await packageFiles()
  const system = await startSystem({ policyPackages: [await files.write('patient.mjs', patient)] })
  const ask = (path: string) => system.raw(`GET /gateway/packages/patient${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`)
  const expiresAt = Date.now() + 3_600_000
  const { id, token } = await system.issuer.issueSession({
    email: 'a@example.com',
    role: 'admin',
    device: 'x',
    expiresAt,
  })
  const call = system.send('POST', '/apps/myapp/cancel', token)
  await expect.poll(async () => (await ask('/asked')).body).toBe('1')
  await system.issuer.endSession(id, 'lost laptop')
  await changesApplied(system)
  await ask('/answer')
  expect((await call).status).toBe(401)
  expect(system.rack.received).toEqual([])
  expect(await system.lastEvent()).toMatchObject({ kind: 'call', status: 401, principal: { name: 'a@example.com' } })
  await system.stop()
  await files.remove()
})

describe('an unusable policy package stops the start', () => {
  let files: PackageFiles
  beforeAll(async () => {
    files = await packageFiles()
  })
  afterAll(() => files.remove())

  test('with a sentence, and every resource is closed', async () => {
    const broken = await files.write('broken.mjs', 'export default { name: "Not A Name" }')
    await expect(startSystem({ policyPackages: [broken] })).rejects.toThrow(
      /broken\.mjs, which cannot be used: the policy package is invalid: its name should be 1 to 40 .*; its evaluate should be a function/,
    )
  })

  test('when one of its routes is outside of its own address', async () => {
    const escaping = `export default { name: 'escaping', evaluate: () => null, register(scope) {
      Object.getPrototypeOf(scope).get('/gateway/api/v1/me2', async () => 'mine') } }`
    const path = await files.write('escaping.mjs', escaping)
    await expect(startSystem({ policyPackages: [path] })).rejects.toThrow(
      'its route /gateway/api/v1/me2 is not below /gateway/packages/escaping',
    )
  })
})
