import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../../invocation/context.ts'
import { defaultTimeouts } from '../../invocation/timeouts.ts'
import {
  accessRequest,
  activeRequest,
  approval,
  grant,
  preview,
  requestId,
  requestOption,
} from '../../testing/access-request.ts'
import { type FakeGateway, type FakeResponse, startFakeGateway } from '../../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { jsonFaults } from '../json-faults.ts'

const api = '/gateway/api/v1/access-requests'
const now = Date.UTC(2030, 0, 2, 12)
const complete = ['request', '--role', 'deployer', '--rack', 'production', '--for', '1h', '--reason', 'OPS-17 hotfix']

let machine: Machine
let gateway: FakeGateway
beforeEach(() => {
  machine = createMachine()
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

const ok = (body: unknown): FakeResponse => ({ status: 200, body })
const created = (body: unknown): FakeResponse => ({ status: 201, body })
const error = (status: number, code: string, reason: string, next: string): FakeResponse => ({
  status,
  body: { error: `${reason} ${next}`, code, reason, next },
})

/** @param states the responses about the access request after it was created; the last one stays */
async function start(
  change: Readonly<Record<string, FakeResponse>> = {},
  states: readonly FakeResponse[] = [ok(accessRequest())],
): Promise<void> {
  const left = [...states]
  gateway = await startFakeGateway(
    { status: 404 },
    {
      [`${api}/preview`]: ok(preview),
      [`${api}/options`]: ok({ items: [requestOption] }),
      [api]: created(accessRequest()),
      get [`${api}/${requestId}`]() {
        return (left.length > 1 ? left.shift() : left[0]) ?? { status: 404 }
      },
      ...change,
    },
  )
}

function call(words: readonly string[], change: Partial<Context> = {}) {
  const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgs_token' }
  return machine.call(words, env, '', { now, timeouts: { ...defaultTimeouts, requestState: 1 }, ...change })
}

/** A terminal at which a user types these answers. */
function typing(...answers: readonly string[]) {
  const left = [...answers]
  const questions: string[] = []
  const ask = async (question: string) => {
    questions.push(question)
    return left.shift() ?? ''
  }
  return { questions, terminal: { interactive: true, ask } }
}

const paths = () => gateway.requests.map(({ path }) => path?.replace(api, ''))
const terms = { role: 'deployer', racks: ['production'], seconds: 3_600, reason: 'OPS-17 hotfix' }

describe('rack-gateway request', () => {
  test('shows the rule and the reviewers, then creates the access request, and says what is next', async () => {
    await start()
    const { code, stdout, stderr } = await call([...complete, '--app', 'web,api', '--rule', 'production-deploy'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.replaceAll(Intl.DateTimeFormat().resolvedOptions().timeZone, 'ZONE')).toMatch(
      new RegExp(
        [
          `^gateway    ${gateway.url}`,
          'role       deployer on production for web, api',
          'time       1 hour',
          'reason     "OPS-17 hotfix"',
          'rule       production-deploy',
          'needs      1 review',
          String.raw`reviewers  bea@example\.com \(group:leads\)`,
          String.raw`answer by  2030-01-0\d \d\d:\d\d \(ZONE\)`,
          String.raw`The access request ${requestId} is pending\. It needs 1 review by 2030-01-0\d \d\d:\d\d \(ZONE\)\.`,
          `A reviewer approves it with: rack-gateway requests approve ${requestId}`,
          `To see its state: rack-gateway requests show ${requestId}\n$`,
        ].join('\n'),
      ),
    )
    const body = { ...terms, apps: ['web', 'api'], rule: 'production-deploy' }
    expect(gateway.bodies).toEqual([
      { path: `${api}/preview`, body },
      { path: api, body },
    ])
  })

  test('a name of the configuration file chooses the gateway, and becomes the name that the gateway has', async () => {
    await start()
    const elsewhere = { url: 'http://127.0.0.1:8', rack: 'production' }
    machine.configure({
      gateways: { prod: { url: gateway.url, rack: 'production' }, other: elsewhere },
      tokens: { prod: { token: 'rgs_prod' }, other: { token: 'rgs_other' } },
      current: 'other',
    })
    const words = complete.map((word) => (word === 'production' ? 'prod,qa-*' : word))
    expect((await machine.call(words, {}, '', { now })).code).toBe(0)
    expect(gateway.bodies.map(({ body }) => body)).toEqual([
      { ...terms, racks: ['production', 'qa-*'] },
      { ...terms, racks: ['production', 'qa-*'] },
    ])
    expect(gateway.requests[0]?.authorization).toBe('Bearer rgs_prod')
    const both = await machine.call([...complete, '--rack', 'prod,other'], {}, '', { now })
    expect(both.code).toBe(2)
    expect(both.stderr).toContain(
      'These racks have different gateways: prod, other. Ask each gateway for its own racks.',
    )
  })

  test('a rack without a local name belongs to the only gateway; with several gateways, one must be chosen', async () => {
    await start()
    const session = { sessions: { [gateway.url]: { token: 'rgs_shared' } } }
    const entry = (rack: string) => ({ url: gateway.url, rack })
    machine.configure({ gateways: { a: entry('a'), b: entry('b') }, ...session })
    expect((await machine.call(complete, {}, '', { now })).code).toBe(0)
    machine.configure({ gateways: { a: entry('a'), b: { url: 'http://127.0.0.1:8' } }, ...session })
    const { code, stderr } = await machine.call(complete, {}, '', { now })
    expect(code).toBe(2)
    expect(stderr).toContain(
      'No gateway is chosen, and you have no rack named production. Choose a rack of the gateway with: rack-gateway switch NAME. You have: a, b.',
    )
  })

  test.each([
    [['request'], '--role, --rack, --for, --reason. Pass these options.'],
    [['request', '--role', 'deployer', '--rack', 'production', '--for', '1h'], '--reason. Pass this option.'],
    [['request', '--extend', requestId, '--reason', 'x'], '--for. Pass this option.'],
  ])('without a terminal, %j asks nothing and names what is missing', async (words, missing) => {
    await start()
    const { code, stdout, stderr } = await call(words)
    expect([code, stdout, gateway.requests]).toEqual([2, '', []])
    expect(stderr).toContain(
      `Without a terminal, the command cannot ask for ${missing} For example: rack-gateway request`,
    )
  })

  test.each([
    [['--for', '8d'], '--for is not in range. Use a duration from 1m to 7d, such as 30m.'],
    [['--for', '30'], '--for has no unit: put s, m, h, or d after the number.'],
    [['--start', 'noon'], '--start is not a time.'],
    [['--start', '2030-01-02T11:59Z'], '--start is in the past'],
  ])('%j is rejected before a request', async (words, message) => {
    await start()
    const withoutTime = complete.filter((word) => word !== '--for' && word !== '1h')
    const { code, stderr } = await call([...(words[0] === '--for' ? withoutTime : complete), ...words])
    expect([code, gateway.requests]).toEqual([2, []])
    expect(stderr).toContain(message)
  })

  test('--start is sent in UTC, and shown in the local zone', async () => {
    await start()
    const { stdout } = await call([...complete, '--start', '2030-01-02T20:00:00+01:00'])
    expect(gateway.bodies[1]?.body).toEqual({ ...terms, startsAt: '2030-01-02T19:00:00.000Z' })
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    expect(stdout).toMatch(/time {7}1 hour, from 2030-01-0\d \d\d:00 \(/)
    expect(stdout).toContain(`(${zone})`)
  })

  test.each([
    [error(403, 'RGW_REQUEST_DENIED', 'No rule lets you ask for this.', 'Ask an administrator.'), 5],
    [error(409, 'RGW_NO_REVIEWER', 'Nobody can review this access request.', 'Ask an administrator.'), 2],
    [error(503, 'RGW_UNAVAILABLE', 'The database does not answer.', 'Try again.'), 7],
  ])('an error of the preview creates nothing', async (response, code) => {
    await start({ [`${api}/preview`]: response })
    const outcome = await call(complete)
    expect([outcome.code, outcome.stdout, paths()]).toEqual([code, '', ['/preview']])
  })

  test('an error of the creation is printed after the preview', async () => {
    await start({ [api]: error(409, 'RGW_TOO_MANY', 'You have ten open access requests.', 'Cancel one.') })
    const { code, stdout, stderr } = await call(complete)
    expect(code).toBe(2)
    expect(stdout).toContain('rule       production-deploy')
    expect(stderr).toContain('You have ten open access requests. Cancel one.')
  })

  test('a rule that approves automatically', async () => {
    await start({
      [`${api}/preview`]: ok({ ...preview, reviews: 0, reviewers: [] }),
      [api]: created(activeRequest({ state: 'approved', reviews: [] })),
    })
    const { code, stdout } = await call([...complete, '--wait'])
    expect(code).toBe(0)
    expect(stdout).toContain('needs    no review: the rule approves it\n')
    expect(stdout).not.toContain('reviewers')
    expect(stdout).toMatch(/is approved\. It gives deployer on production from 2030.* until 2030.*\.\n$/)
    expect(paths()).toEqual(['/preview', ''])
  })

  test('a grant that its first use starts', async () => {
    await start({ [api]: created(activeRequest({ state: 'approved', workStarts: 'firstUse' })) })
    expect((await call(complete)).stdout).toMatch(
      /is approved\. Its time of 1 hour starts with the first call that needs deployer on production\. Make this call before 2030-.*, or the grant lapses\.\n$/,
    )
  })

  test('--extend takes role, racks, and apps from the grant', async () => {
    await start({}, [ok(activeRequest({ grant: { ...grant, apps: ['web'] } }))])
    const { code } = await call(['request', '--extend', requestId, '--for', '30m', '--reason', 'OPS-17 takes longer'])
    expect(code).toBe(0)
    expect(gateway.bodies[1]?.body).toEqual({
      role: 'deployer',
      racks: ['production'],
      apps: ['web'],
      seconds: 1_800,
      reason: 'OPS-17 takes longer',
      extends: requestId,
    })
  })

  test('with --json, stdout has only the documented JSON', async () => {
    await start()
    const { code, stdout, stderr } = await call([...complete, '--json'])
    expect(code).toBe(0)
    expect(jsonFaults('request', JSON.parse(stdout))).toEqual([])
    expect(stderr).toContain('rack-gateway: reviewers  bea@example.com (group:leads)')
  })

  test('text of people and of the gateway cannot control the terminal, or look like a sentence of the gateway', async () => {
    const hostile = 'ok" \u001b[2J\u202e is approved.'
    await start({
      [`${api}/preview`]: ok({ ...preview, reviewers: [{ ...preview.reviewers[0], email: 'b\u001b[31m@x' }] }),
      [api]: created(
        accessRequest({
          state: 'denied',
          ended: { at: grant.until, by: { id: requestId, name: 'bea\u001b' }, note: hostile },
        }),
      ),
    })
    const { stdout } = await call(complete.map((word) => (word === 'OPS-17 hotfix' ? hostile : word)))
    expect(stdout).toContain(String.raw`reason     "ok\" \u001b[2J`)
    expect(stdout).toContain(String.raw`, with the note "ok\" \u001b[2J`)
    expect(stdout).not.toMatch(/[\u001b\u202e]/)
  })
})

describe('step by step', () => {
  test('asks for what is missing, shows the reviewers, and asks for confirmation', async () => {
    await start()
    const { questions, terminal } = typing('production', '', '', 'OPS-17 hotfix', 'y')
    const { code, stderr } = await call(['request'], terminal)
    expect(code).toBe(0)
    expect(questions).toEqual([
      'Racks, separated by commas (of production, qa-*): ',
      'Apps, separated by commas [all apps]: ',
      'For how long, at most 4 hours? [1 hour] ',
      'Ticket: ',
      'Ask for deployer on production? [y/N] ',
    ])
    expect(stderr).toContain(
      'You can ask for deployer on production, qa-* (at most 4 hours, 1 review, rule production-deploy): Deploys apps.',
    )
    expect(paths()).toEqual(['/options', '/preview', ''])
    expect(gateway.bodies[1]?.body).toEqual({ ...terms, rule: 'production-deploy', apps: ['*'] })
  })

  test('lets the user choose among several rules; what the options say is not asked', async () => {
    const staging = {
      ...requestOption,
      rule: 'staging-deploy',
      racks: ['staging'],
      apps: ['web'],
      reviews: 0,
      reason: null,
    }
    await start({ [`${api}/options`]: ok({ items: [requestOption, staging] }) })
    const { questions, terminal } = typing('3', '2', 'because', 'yes')
    const menu: string[] = []
    const instruct = (line: string) => menu.push(line)
    const { code, stderr } = await call(['request', '--for', '2h', '--role', 'deployer'], { ...terminal, instruct })
    expect(code).toBe(0)
    expect(questions).toEqual([
      'Which one? [1-2] ',
      'Which one? [1-2] ',
      'Reason: ',
      'Ask for deployer on staging for web? [y/N] ',
    ])
    expect(menu).toEqual([
      ' 1  deployer on production, qa-* (at most 4 hours, 1 review, rule production-deploy): Deploys apps.',
      ' 2  deployer on staging for web (at most 4 hours, no review, rule staging-deploy): Deploys apps.',
    ])
    expect(stderr).toContain('"3" is not one of the numbers. Type a number from 1 to 2.')
    expect(gateway.bodies[1]?.body).toEqual({
      rule: 'staging-deploy',
      role: 'deployer',
      racks: ['staging'],
      apps: ['web'],
      seconds: 7_200,
      reason: 'because',
    })
  })

  test('nothing is created without a confirmation', async () => {
    await start()
    const { terminal } = typing('production', 'web', '30m', 'OPS-1', 'no')
    const { code, stderr } = await call(['request'], terminal)
    expect([code, paths()]).toEqual([130, ['/options', '/preview']])
    expect(stderr).toContain('Not confirmed, so this was not done: ask for deployer on production for web')
  })

  test('an answer that does not fit is asked for again, three times', async () => {
    await start()
    const wrong = typing('production', '', '5h', '3', '30m', 'hotfix', '', 'later')
    const { code, stderr } = await call(['request'], wrong.terminal)
    expect([code, paths()]).toEqual([2, ['/options']])
    expect(stderr).toContain('That is longer than 4 hours. Type a shorter time, such as 30m.')
    expect(stderr).toContain('The time has no unit: put s, m, h, or d after the number.')
    expect(stderr).toContain('The reason is empty. Type why you need the role.')
    expect(
      stderr.match(/The reason does not match the pattern of the rule: \[A-Z\]\+-\\d\+\( \.\*\)\?\. Type another/g),
    ).toHaveLength(2)
  })

  test.each([
    ['(?i)ops-[[:digit:]]+', 'Ops-1', 0],
    ['(a+)+', 'a'.repeat(40), 0],
    ['(a+)+', `${'a'.repeat(40)}b`, 2],
    ['(?=x)', 'left to the gateway', 0],
  ])(
    'the pattern %s of a reason has the syntax of the policy, and is never slow',
    async (pattern, reason, exitCode) => {
      const items = [{ ...requestOption, reason: { prompt: 'Ticket', pattern } }]
      await start({ [`${api}/options`]: ok({ items }) })
      const { terminal } = typing(...(exitCode === 0 ? [reason, 'y'] : [reason, reason, reason]))
      const words = ['request', '--rack', 'production', '--app', 'web', '--for', '1h']
      expect((await call(words, terminal)).code).toBe(exitCode)
    },
  )

  test.each([
    [[], [], 'The policy lets you ask for no role. Ask an administrator'],
    [
      [requestOption],
      ['--role', 'admin'],
      'The policy does not let you ask for the role admin. You can ask for: deployer.',
    ],
    [[requestOption], ['--rule', 'x'], 'The policy does not let you ask by the rule x. You can ask for: deployer.'],
    [
      [requestOption],
      ['--rule', 'x', '--role', 'y'],
      'The policy does not let you ask for the role y by the rule x. You can ask for: deployer.',
    ],
  ])('with the rules %j, %j ends with a denial', async (items, words, message) => {
    await start({ [`${api}/options`]: ok({ items }) })
    const { terminal } = typing()
    const { code, stderr } = await call(['request', ...words], terminal)
    expect(code).toBe(5)
    expect(stderr).toContain(message)
  })

  test('a complete command asks nothing', async () => {
    await start()
    const { questions, terminal } = typing()
    expect((await call(complete, terminal)).code).toBe(0)
    expect(questions).toEqual([])
  })
})

describe('--wait', () => {
  const waiting = [...complete, '--wait']

  test('prints each review, and ends with 0 when the access request is approved', async () => {
    const two = { neededReviews: 2 }
    await start({ [api]: created(accessRequest(two)) }, [
      ok(accessRequest(two)),
      ok(accessRequest({ ...two, reviews: [approval] })),
      ok(accessRequest({ ...two, reviews: [approval] })),
      ok(
        activeRequest({
          ...two,
          reviews: [
            approval,
            {
              ...approval,
              reviewer: { id: requestId, email: 'cid@example.com' },
              note: null,
              apps: ['web'],
              seconds: 1_800,
            },
          ],
        }),
      ),
    ])
    const { code, stdout, stderr } = await call(waiting)
    expect(code).toBe(0)
    expect(stderr).toContain('Waiting for the reviews. Ctrl-C ends the waiting, and leaves the access request open.')
    expect(stdout.match(/bea@example\.com \(group:leads\) approved it at 2030-.*: "go on"\n/g)).toHaveLength(1)
    expect(stdout).toMatch(
      /cid@example\.com \(group:leads\) approved it at 2030-.*, limited to: for web; 30 minutes\.\n/,
    )
    expect(stdout).toMatch(/The access request .* is active\. It gives deployer on production until 2030-.*\.\n$/)
    expect(stdout).not.toContain('To see its state')
  })

  test.each([
    [
      'denied',
      { reviews: [{ ...approval, approved: false, note: 'not now' }] },
      'was denied by bea@example.com at .*, with the note "not now"',
    ],
    [
      'canceled',
      { ended: { at: grant.until, by: { id: requestId, name: 'ada@example.com' }, note: null } },
      'was canceled by ada@example.com at',
    ],
    [
      'lapsed',
      { ended: { at: grant.until, by: null, note: null } },
      'lapsed at .*, because it did not get its reviews in time',
    ],
    [
      'revoked',
      { grant, ended: { at: grant.until, by: { id: requestId, name: 'cid@example.com' }, note: 'done' } },
      'is over: its grant was revoked by cid@example.com at .*, with the note "done"',
    ],
    ['frozen', {}, 'is frozen'],
  ])('ends with 5 when it is %s', async (state, change, sentence) => {
    await start({}, [ok(accessRequest({ state, ...change }))])
    const { code, stdout } = await call(waiting)
    expect(code).toBe(5)
    expect(stdout).toMatch(new RegExp(`The access request ${requestId} ${sentence}.*\\.\\n$`))
  })

  test('a gateway that restarts does not end the waiting; one that stays away does', async () => {
    const failure = { status: 503, body: { error: 'x' } }
    await start({}, [failure, failure, ok(activeRequest())])
    expect((await call(waiting)).code).toBe(0)
    await gateway.close()
    await start({}, [failure])
    expect((await call(waiting)).code).toBe(7)
  })

  test('a rejected token ends the waiting', async () => {
    await start({}, [error(401, 'RGW_UNAUTHENTICATED', 'The session was revoked.', 'Log in again.')])
    expect((await call(waiting)).code).toBe(4)
  })

  test('Ctrl-C leaves the access request open, and says so', async () => {
    const interruption = new AbortController()
    await start({}, [
      ok(accessRequest()),
      {
        status: 200,
        get body() {
          interruption.abort()
          return accessRequest()
        },
      },
    ])
    const { code, stdout, stderr } = await call([...waiting, '--json'], { interruption: () => interruption.signal })
    expect(code).toBe(130)
    expect(stderr).toContain(
      `The access request ${requestId} stays open. See it with: rack-gateway requests show ${requestId}`,
    )
    expect(stderr).toContain(`To cancel it: rack-gateway requests cancel ${requestId}`)
    expect(JSON.parse(stdout)).toMatchObject({ id: requestId, state: 'pending' })
    expect(paths().filter((path) => path?.includes('cancel'))).toEqual([])
  })
})
