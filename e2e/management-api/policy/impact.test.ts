import { readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { builtInText } from '@rack-gateway/rbac-policy/document'
import { callManagementApi as call, type ManagementApiResponse } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

const promote = '/rack/staging/apps/web/releases/R1/promote?'
const frozen = 'version: 1\nblocked:\n  POST /apps/{app}/releases/{id}/promote: { reason: A freeze. }\n'
const opened = 'version: 1\nroles:\n  viewer: { extends: [viewer], permissions: [release:promote] }\n'

describe('the impact of a proposed policy on past calls', () => {
  let system: System
  let auditor: TestUser
  let deployer: TestUser
  let viewer: TestUser
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    auditor = await createUser(system, 'auditor')
    deployer = await createUser(system, 'deployer')
    viewer = await createUser(system, 'viewer')
    for (let time = 0; time < 3; time++) await system.send('POST', promote, deployer.token)
    await system.send('POST', promote, viewer.token)
    await system.send('GET', '/rack/staging/apps?', viewer.token)
    await call(system, viewer.token, 'GET', '/me')
  })
  afterAll(() => system.stop())

  function study(document: string, since = '1h', token = auditor.token): Promise<ManagementApiResponse> {
    // Bytes are sent as latin1.
    const body = JSON.stringify({ document, since }).replaceAll(
      /[^\x00-\x7f]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    return call(system, token, 'POST', '/policy/impact', body)
  }

  test('is grouped by principal and call, with counts', async () => {
    const response = await study(frozen)
    expect(response.json).toMatchObject({
      policy: system.app.policy.hash,
      proposed: expect.stringMatching(/^[0-9a-f]{64}$/),
      calls: 5,
      unclear: 0,
      packages: 0,
      allowed: 0,
      denied: 3,
      cut: null,
      changes: [
        {
          effect: 'denies',
          principal: { kind: 'user', id: deployer.id, name: deployer.email },
          route: 'POST /apps/{app}/releases/{id}/promote',
          rack: 'staging',
          app: 'web',
          command: null,
          rule: 'blocked:POST /apps/{app}/releases/{id}/promote',
          reason: 'A freeze.',
          count: 3,
        },
      ],
      more: 0,
    })
  })

  test('shows which calls would be allowed', async () => {
    const response = await study(opened)
    expect([response.text('allowed'), response.text('denied')]).toEqual(['1', '0'])
    expect(response.text('changes.0.principal.name')).toBe(viewer.email)
  })

  test('counts the step-ups that users would have been asked for', async () => {
    const stepUps =
      'version: 1\nstepUp: { rules: { release-promote: { permissions: [release:promote], require: { recent: 10m } }, app-all: { apps: ["*"], require: none } } }\n'
    expect((await study(stepUps)).json).toMatchObject({
      calls: 5,
      denied: 0,
      allowed: 0,
      changes: [],
      stepUp: {
        prompts: 1,
        users: 1,
        denied: 0,
        requirements: [
          {
            rule: 'step-up:rule release-promote',
            level: { kind: 'recent', within: 600_000 },
            calls: 3,
            prompts: 1,
            users: 1,
          },
        ],
      },
    })
    const always = await study(stepUps.replace('{ recent: 10m }', 'always'))
    expect(always.text('stepUp.prompts')).toBe('3')
  })

  test('is empty for the same document', async () => {
    expect((await study(builtInText)).json).toMatchObject({ calls: 5, changes: [], unclear: 0 })
  })

  test('is of the time that was asked for', async () => {
    const response = await study(frozen, new Date(Date.now() - 1).toISOString())
    expect(response.text('calls')).toBe('0')
  })

  test('is recorded with its caller, before anything is read, and without the document', async () => {
    const response = await study(frozen, '2h')
    const event = (await system.events()).findLast(({ kind }) => kind === 'policy.studied')
    expect(event).toMatchObject({
      principal: { kind: 'user', id: auditor.id, name: auditor.email },
      route: 'POST /gateway/api/v1/policy/impact',
      permission: 'gateway:audit:read',
      detail: {
        policy: system.app.policy.hash,
        proposed: response.text('proposed'),
        since: response.text('since'),
        until: response.text('until'),
      },
    })
    expect(JSON.stringify(event)).not.toContain('freeze')
  })

  test('needs the permissions to read the audit log and the policy', async () => {
    const refused = await study(frozen, '1h', deployer.token)
    expect([refused.status, refused.text('error')]).toEqual([
      403,
      expect.stringContaining('Only administrators and auditors can read'),
    ])
  })

  test.each([
    [
      'a document that is wrong',
      'version: 1\nroles:\n  x: { permissions: [a:b] }\n',
      'The document is not valid: line 3, column 8: the role "x" names',
    ],
    ['one that is no YAML', '{', 'The document is not valid: line 1'],
    ['prototype keys', 'version: 1\n__proto__: { x: 1 }\n', '__proto__ is not known here'],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`).join(',')}]`)
        .join('\n')}\n`,
      'its aliases expand to too much',
    ],
    [
      'rules that multiply',
      `version: 1\ncommands:\n  rules:\n${Array.from({ length: 2_000 }, (_, at) => `    r${at}: { run: x${at}${' a|b'.repeat(9)}, roles: [admin] }`).join('\n')}\n`,
      'too many commands',
    ],
    ['one that is too long', `version: 1\n#${'x'.repeat(256 * 1024)}`, '`document` is invalid'],
  ])('%s is refused, and names what is wrong', async (_what, document, problem) => {
    const before = (await system.events()).filter(({ kind }) => kind === 'policy.studied').length
    const response = await study(document)
    expect([response.status, response.text('error')]).toEqual([400, expect.stringContaining(problem)])
    const after = (await system.events()).filter(({ kind }) => kind === 'policy.studied').length
    expect(after).toBe(before)
  })

  test('a body that is larger than a document can be is rejected', async () => {
    expect((await study('x'.repeat(1024 * 1024))).status).toBe(413)
  })

  test('an invalid since is rejected', async () => {
    const response = await study(frozen, 'yesterday')
    expect([response.status, response.text('error')]).toEqual([400, expect.stringContaining('such as 30d')])
  })

  test('one study of a principal runs, one waits, and the next one gets 429 with Retry-After', async () => {
    const responses = await Promise.all([study(frozen), study(frozen), study(frozen), study(frozen)])
    const statuses = responses.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 200, 429, 429])
    const refused = responses.find(({ status }) => status === 429)
    expect([refused?.text('rule'), refused?.headers.get('retry-after')]).toEqual(['check-limit', '5'])
    expect((await study(frozen)).status).toBe(200)
  })

  test('the gateway answers other calls during a study, whose process ends afterwards', async () => {
    await expect.poll(studyProcesses).toEqual([])
    let isSettled = false
    const slow = study(frozen).finally(() => {
      isSettled = true
    })
    // The process lives for several turns of this event loop, which serves its messages.
    while (studyProcesses().length === 0 && !isSettled) await nextTurn()
    const [pid] = studyProcesses()
    if (pid === undefined) throw new Error('the study had no process of its own')
    process.kill(pid, 'SIGSTOP')
    for (let times = 0; times < 3; times++) expect((await system.get('/check', viewer.token)).status).toBe(200)
    expect(isSettled).toBe(false)
    process.kill(pid, 'SIGCONT')
    expect((await slow).status).toBe(200)
    await expect.poll(studyProcesses).toEqual([])
  })
})

/** Processes of studies that this process has started. */
function studyProcesses(): number[] {
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
