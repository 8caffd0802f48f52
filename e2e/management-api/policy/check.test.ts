import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { documentHash } from '@rack-gateway/rbac-policy'
import { builtInPolicy, readPolicy } from '@rack-gateway/rbac-policy/document'
import { diffPolicies } from '@rack-gateway/rbac-policy/simulation'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

const opened = `version: 1
roles:
  viewer: { extends: [viewer], permissions: [release:promote] }
unblocked: [PUT /system]
blocked:
  DELETE /apps/{app}: { reason: Apps stay. }
`

describe('the check of a proposed policy document', () => {
  let system: System
  let viewer: TestUser
  const lines: string[] = []
  beforeAll(async () => {
    system = await startSystem({ log: (line) => lines.push(line), logLevel: 'trace' })
    viewer = await createUser(system, 'viewer')
  })
  afterAll(() => system.stop())

  const check = (document: unknown, token = viewer.token) => call(system, token, 'POST', '/policy/check', { document })

  test('has the problems and positions that the command prints', async () => {
    const document = 'version: 1\nroles:\n  x: { permissions: [a:b] }\n  y: { extends: [z] }\nrolls: {}\n'
    const { problems } = readPolicy(document, 'proposed')
    expect(problems.length).toBeGreaterThan(0)
    expect((await check(document)).json).toEqual({
      policy: system.app.policy.hash,
      valid: false,
      problems,
      proposed: null,
      warnings: [],
      changes: [],
      more: 0,
    })
  })

  test('returns the same differences as the command for a valid document', async () => {
    const { document } = readPolicy(opened, 'proposed')
    if (document === null) throw new Error('the document is valid')
    const response = await check(opened)
    expect([response.status, response.json]).toEqual([
      200,
      {
        policy: system.app.policy.hash,
        valid: true,
        problems: [],
        proposed: documentHash(document),
        warnings: ['it allows PUT /system, which the gateway blocks by default'],
        changes: diffPolicies(builtInPolicy(), document),
        more: 0,
      },
    ])
    expect(response.json).toMatchObject({
      changes: expect.arrayContaining([
        { effect: 'allows', role: 'viewer', what: 'release:promote' },
        { effect: 'denies', role: null, what: 'DELETE /apps/{app} is blocked' },
      ]),
    })
  })

  test('names the problem if aliases expand to too much', async () => {
    const names = 'abcdefgh'.split('')
    const line = (name: string, at: number) =>
      `${name}: &${name} [${Array(10)
        .fill(`*${names[at - 1]}`)
        .join(',')}]`
    const document = `a: &a [x]\n${names
      .slice(1)
      .map((name, at) => line(name, at + 1))
      .join('\n')}\n`
    expect((await check(document)).text('problems.0.text')).toBe('its aliases expand to too much')
  })

  test.each([
    ['too long', `version: 1\n#${'x'.repeat(256 * 1024)}`, 400],
    ['much too long', 'x'.repeat(1024 * 1024), 413],
    ['no text', ['version: 1'], 400],
  ])('refuses a document that is %s', async (_what, document, status) => {
    expect((await check(document)).status).toBe(status)
  })

  test('records no part of a document in events and logs', async () => {
    for (const document of ['version: 1\nroles: { MARKER: {} } # MARKER\n', ['MARKER']]) await check(document)
    expect(`${lines.join('\n')}${JSON.stringify(await system.events())}`).not.toContain('MARKER')
    expect(lines.length).toBeGreaterThan(0)
  })

  test('needs a role on all racks and apps', async () => {
    const { token } = await createUser(system, 'deployer', { racks: 'staging' })
    const response = await check(opened, token)
    expect([response.status, response.text('reason')]).toEqual([
      403,
      expect.stringMatching(
        / can check a policy document\. You have the role deployer, but not on all racks and apps\.$/,
      ),
    ])
  })

  test('runs in a process of its own, one at a time for all, and one more of each principal waits', async () => {
    const [other] = await Promise.all([createUser(system, 'ops')])
    await expect.poll(childProcesses).toEqual([])
    const unchecked = (number: number) => `${opened}\n# ${number}\n`
    const first = check(unchecked(1))
    while (childProcesses().length === 0) await nextTurn()
    const [pid = 0] = childProcesses()
    process.kill(pid, 'SIGSTOP')
    const waiting = [check(unchecked(2)), check(unchecked(3), other.token)]
    const refused = await Promise.any([4, 5].map((number) => check(unchecked(number))))
    expect([refused.status, refused.text('rule'), refused.text('reason'), refused.headers.get('retry-after')]).toEqual([
      429,
      'check-limit',
      'You are already checking or studying a policy document, and another one of yours waits.',
      '5',
    ])
    expect(childProcesses()).toEqual([pid])
    expect((await system.get('/check', viewer.token)).status).toBe(200)
    process.kill(pid, 'SIGCONT')
    expect((await Promise.all([first, ...waiting])).map(({ status }) => status)).toEqual([200, 200, 200])
    await expect.poll(childProcesses).toEqual([])
  })
})

/** Processes of checks that this process has started. */
function childProcesses(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').match(/\d+/g) ?? []
  return children.map(Number).filter((pid) => commandLine(pid).includes('study-process'))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
