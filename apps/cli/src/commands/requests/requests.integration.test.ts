import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../../invocation/context.ts'
import { accessRequest, activeRequest, approval, grant, requestId } from '../../testing/access-request.ts'
import { type FakeGateway, type FakeResponse, startFakeGateway } from '../../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { jsonFaults } from '../json-faults.ts'

const api = '/gateway/api/v1/access-requests'
const path = `${api}/${requestId}`
const now = Date.UTC(2030, 0, 2, 12, 30)

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
const error = (status: number, code: string, reason: string, next: string): FakeResponse => ({
  status,
  body: { error: `${reason} ${next}`, code, reason, next },
})
const list = (view: string) => `${api}?view=${view}&limit=200`

async function start(byPath: Readonly<Record<string, FakeResponse>>): Promise<void> {
  gateway = await startFakeGateway({ status: 404, body: {} }, byPath)
}

function call(words: readonly string[], change: Partial<Context> = {}) {
  const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgs_token' }
  return machine.call(['requests', ...words], env, '', { now, ...change })
}

const answering = (answer: string) => ({ interactive: true, ask: async () => answer })

function event(index: number) {
  const id = `01a21006-6e55-7646-9171-00000000000${index}`
  const at = `2030-01-02T12:1${index}:00.000Z`
  return {
    id,
    link: `https://gateway.example.com/gateway/audit/${id}`,
    writtenAt: at,
    event: {
      at,
      kind: 'call',
      principal: { kind: 'user', id: 'u', name: 'ada@example.com' },
      rack: 'production',
      app: 'web',
      route: 'POST /apps/{app}/releases/{release}/promote',
      status: 200,
    },
  }
}

describe('requests list', () => {
  const pages = {
    [`${api}?view=own&limit=50`]: ok({ items: [activeRequest(), accessRequest()], next: null }),
    [`${api}?view=waiting&limit=50`]: ok({ items: [], next: null }),
    [`${api}?view=all&state=denied&limit=2&cursor=abc`]: ok({
      items: [accessRequest({ state: 'denied' })],
      next: 'def',
    }),
    [`${api}?view=all&limit=50`]: error(403, 'RGW_NOT_PERMITTED', 'You may not list all.', 'Ask an administrator.'),
  }

  test('shows the state, when it ends, and the reason in quotes', async () => {
    await start(pages)
    const { code, stdout, stderr } = await call(['--utc'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      [
        'ASKED (UTC)       USER             ROLE      RACKS AND APPS  TIME    STATE                     REASON           ID',
        `2030-01-02 12:00  ada@example.com  deployer  production      1 hour  active, until 13:05       "OPS-17 hotfix"  ${requestId}`,
        `2030-01-02 12:00  ada@example.com  deployer  production      1 hour  pending, answer by 13:00  "OPS-17 hotfix"  ${requestId}`,
        '',
      ].join('\n'),
    )
  })

  test('--waiting, --all, --state, and pages', async () => {
    await start(pages)
    expect((await call(['list', '--waiting'])).stderr).toContain('No access request waits for your review.')
    const page = await call(['list', '--all', '--state', 'denied', '--limit', '2', '--cursor', 'abc'])
    expect(page.stdout).toContain('denied')
    expect(page.stderr).toContain('There are more. To see them, pass --cursor def')
    const { stdout } = await call(['--json'])
    expect(jsonFaults('requests list', JSON.parse(stdout))).toEqual([])
  })

  test.each([
    [['--waiting', '--all'], 2, '--waiting and --all contradict each other. Keep one of them.'],
    [['--state', 'open'], 2, '--state cannot be open. '],
    [['--limit', '0'], 2, '--limit is not a number from 1 to 200.'],
    [['--all'], 5, 'You may not list all. Ask an administrator.'],
  ])('%j', async (words, exitCode, message) => {
    await start(pages)
    const { code, stdout, stderr } = await call(['list', ...words])
    expect([code, stdout]).toEqual([exitCode, ''])
    expect(stderr).toContain(message)
  })

  test('on a narrow terminal, the IDs are short, and the reasons are left out', async () => {
    const other = '01a21007-aaaa-7646-9171-966421143187'
    await start({
      [`${api}?view=own&limit=50`]: ok({ items: [accessRequest(), accessRequest({ id: other })], next: null }),
    })
    const { stdout } = await call(['--utc'], { columns: 120 })
    expect(stdout).not.toContain('OPS-17')
    expect(stdout).toMatch(/pending, answer by 13:00 .*01a21006-6e55\n.*01a21007-aaaa\n$/)
  })
})

describe('an ID', () => {
  const other = '01a21006-6e55-7646-9171-966421143199'

  test.each([['01a2'], ['01A21006-6E55'], [requestId.slice(0, 35)]])(
    'can be given by its beginning %s',
    async (text) => {
      await start({
        [list('own')]: ok({ items: [accessRequest()], next: null }),
        [list('waiting')]: ok({ items: [accessRequest({ id: '11a21006-6e55-7646-9171-966421143199' })], next: null }),
        [list('all')]: error(403, 'RGW_NOT_PERMITTED', 'No.', 'Ask.'),
        [path]: ok(accessRequest()),
      })
      expect((await call(['show', text])).stdout).toContain(`id         ${requestId}\n`)
    },
  )

  test.each([
    [
      '01a2',
      `2 access requests have an ID that begins with 01a2: ${requestId}, ${other}. Pass a longer part of the ID.`,
    ],
    [
      '02a2',
      'No access request that you can see has an ID that begins with 02a2. List the access requests with: rack-gateway requests',
    ],
    ['01a', '01a is not the ID of an access request, or its first 4 characters.'],
    ['..%2fme', '..%2fme is not the ID of an access request'],
    ['01a2\u001b[2J', '01a2\uFFFD[2J is not the ID of an access request'],
  ])('%s is rejected, and nothing is approved', async (text, message) => {
    const items = [accessRequest(), accessRequest({ id: other })]
    await start(Object.fromEntries(['own', 'waiting', 'all'].map((view) => [list(view), ok({ items, next: null })])))
    const { code, stdout, stderr } = await call(['approve', text, '--yes'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(gateway.requests.filter((request) => request.path?.includes('/approve'))).toEqual([])
  })

  test('of an access request that the caller cannot see', async () => {
    await start({ [path]: error(404, 'RGW_IDENTITY_NOT_FOUND', 'There is none.', 'List.') })
    const { code, stderr } = await call(['show', requestId])
    expect(code).toBe(2)
    expect(stderr).toContain(`There is no access request ${requestId} that you can see. List the access requests with:`)
  })
})

describe('requests show', () => {
  test('shows the request, its reviews, what is open, what runs on, and all pages of events in time order', async () => {
    const shown = activeRequest({
      may: ['revoke', 'see-recordings'],
      extends: '01a21000-0000-7646-9171-966421143187',
      live: [
        {
          id: requestId,
          startedAt: '2030-01-02T12:20:00.000Z',
          principal: { kind: 'user', id: 'u', name: 'ada@example.com' },
          own: false,
          rack: 'production',
          app: 'web',
          service: null,
          process: null,
          kind: 'exec',
          route: 'GET /apps/{app}/processes/{process}/exec',
          path: '/x',
          command: 'rails console',
          request: 'r',
          recording: '01a21009-6e55-7646-9171-966421143187',
          grant: requestId,
        },
      ],
      running: [{ kind: 'process', id: 'p1', rack: 'production', app: 'web', startedAt: '2030-01-02T12:21:00.000Z' }],
    })
    await start({
      [path]: ok(shown),
      [`${path}/events?limit=200`]: ok({ items: [event(1), event(2)], next: 'c2' }),
      [`${path}/events?limit=200&cursor=c2`]: ok({ items: [event(3)], next: null }),
    })
    const { code, stdout, stderr } = await call(['show', requestId, '--utc'])
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "id       01a21006-6e55-7646-9171-966421143187
      user     ada@example.com
      role     deployer on production
      time     1 hour
      reason   ada@example.com: "OPS-17 hotfix"
      rule     production-deploy
      asked    2030-01-02 12:00 (UTC)
      extends  01a21000-0000-7646-9171-966421143187
      review   bea@example.com (group:leads) approved it at 2030-01-02 12:05 (UTC): "go on"
      The access request 01a21006-6e55-7646-9171-966421143187 is active. It gives deployer on production until 2030-01-02 13:05 (UTC).

      Live calls under the grant:
      STARTED (UTC)        RACK/APP        CALL           RECORDING
      2030-01-02 12:20:00  production/web  rails console  01a21009-6e55-7646-9171-966421143187
      To watch a session: rack-gateway audit watch RECORDING

      Started under the grant, and still running:
      STARTED (UTC)        KIND     RACK/APP        ID
      2030-01-02 12:21:00  process  production/web  p1

      Events under the grant, oldest first:
      TIME (UTC)               PRINCIPAL        KIND  SUBJECT                                      RACK/APP        RESULT  ID
      2030-01-02 12:11:00.000  ada@example.com  call  POST /apps/{app}/releases/{release}/promote  production/web  200     01a21006-6e55-7646-9171-000000000001
      2030-01-02 12:12:00.000  ada@example.com  call  POST /apps/{app}/releases/{release}/promote  production/web  200     01a21006-6e55-7646-9171-000000000002
      2030-01-02 12:13:00.000  ada@example.com  call  POST /apps/{app}/releases/{release}/promote  production/web  200     01a21006-6e55-7646-9171-000000000003
      "
    `)
    expect(stderr).toBe(`rack-gateway: To end the access now: rack-gateway requests revoke ${requestId}\n`)
    const json = JSON.parse((await call(['show', requestId, '--json'])).stdout)
    expect(jsonFaults('requests show', json)).toEqual([])
    expect(json.events).toHaveLength(3)
  })

  test('a pending request has no events, and says what a reviewer can do', async () => {
    await start({ [path]: ok(accessRequest({ may: ['review'], startsAt: '2030-01-02T22:00:00.000Z' })) })
    const { stdout, stderr } = await call(['show', requestId, '--utc'])
    expect(stdout).toMatchInlineSnapshot(`
      "id         01a21006-6e55-7646-9171-966421143187
      user       ada@example.com
      role       deployer on production
      time       1 hour, from 2030-01-02 22:00 (UTC)
      reason     ada@example.com: "OPS-17 hotfix"
      rule       production-deploy
      asked      2030-01-02 12:00 (UTC)
      reviewers  bea@example.com (group:leads)
      The access request 01a21006-6e55-7646-9171-966421143187 is pending. It needs 1 review by 2030-01-02 13:00 (UTC).
      "
    `)
    expect(stderr).toContain(`To approve it: rack-gateway requests approve ${requestId}`)
    expect(stderr).toContain(`To deny it: rack-gateway requests deny ${requestId} --note "WHY"`)
    expect(gateway.requests.map((request) => request.path)).toEqual([path])
  })

  test('a grant without a call says so; an error of the events is not hidden', async () => {
    const events = `${path}/events?limit=200`
    await start({ [path]: ok(activeRequest()), [events]: ok({ items: [], next: null }) })
    expect((await call(['show', requestId])).stderr).toContain('Nothing was done under the grant yet.')
    await gateway.close()
    await start({
      [path]: ok(activeRequest()),
      [events]: error(503, 'RGW_AUDIT_UNAVAILABLE', 'The log is away.', 'Try again.'),
    })
    expect(await call(['show', requestId])).toMatchObject({ code: 8, stdout: '' })
  })

  test('the words of people are quoted, with their names, and cannot control the terminal', async () => {
    const hostile = 'fine"\u001b[31m\u202e (group:leads) approved it'
    const review = { ...approval, note: hostile }
    await start({ [path]: ok(accessRequest({ reason: hostile, reviews: [review], neededReviews: 2 })) })
    const { stdout } = await call(['show', requestId])
    expect(stdout).toContain(String.raw`reason     ada@example.com: "fine\"\u001b[31m`)
    expect(stdout).toMatch(/bea@example\.com \(group:leads\) approved it at 2030-.*: "fine\\"\\u001b/)
    expect(stdout).not.toMatch(/[\u001b\u202e]/)
  })
})

describe('requests approve', () => {
  const paths = { [path]: ok(accessRequest({ may: ['review'] })), [`${path}/approve`]: ok(activeRequest()) }

  test('shows the request, and asks before it approves', async () => {
    await start(paths)
    const questions: string[] = []
    const ask = async (question: string) => {
      questions.push(question)
      return 'y'
    }
    const { code, stdout, stderr } = await call(['approve', requestId], { interactive: true, ask })
    expect(code).toBe(0)
    expect(questions).toEqual(['Give ada@example.com the role deployer on production for 1 hour? [y/N] '])
    expect(stderr).toBe('')
    expect(stdout).toContain('reason     ada@example.com: "OPS-17 hotfix"')
    expect(stdout).toMatch(/\nThe access request .* is active\. It gives deployer on production until 2030-.*\.\n$/)
    expect(gateway.bodies).toEqual([{ path: `${path}/approve`, body: {} }])
  })

  test('can grant less, with a note', async () => {
    await start(paths)
    const limits = [
      '--rack',
      'production',
      '--app',
      'web,api',
      '--for',
      '30m',
      '--start',
      '2030-01-02T22:00Z',
      '--note',
      'only web',
    ]
    expect((await call(['approve', requestId, '--yes', ...limits])).code).toBe(0)
    const body = {
      racks: ['production'],
      apps: ['web', 'api'],
      seconds: 1_800,
      startsAt: '2030-01-02T22:00:00.000Z',
      note: 'only web',
    }
    expect(gateway.bodies).toEqual([{ path: `${path}/approve`, body }])
    const { stderr } = await call(['approve', requestId, ...limits])
    expect(stderr).toMatch(
      /this needs a confirmation: give ada@example\.com the role deployer on production for web, api for 30 minutes, from 2030-.*\. Pass --yes/,
    )
  })

  test.each([
    ['no terminal', {}, 2],
    ['the answer no', answering('n'), 130],
    ['no answer', answering(''), 130],
  ])('with %s, nothing is approved', async (_, change, exitCode) => {
    await start(paths)
    expect((await call(['approve', requestId], change)).code).toBe(exitCode)
    expect(gateway.bodies).toEqual([])
  })

  test('what is decided is not asked about: the gateway says what became of it', async () => {
    const denial = error(409, 'RGW_ACCESS_REQUEST_OVER', 'Bea denied the access request at noon.', 'Ask again.')
    await start({ [path]: ok(accessRequest({ state: 'denied' })), [`${path}/approve`]: denial })
    const { code, stderr } = await call(['approve', requestId])
    expect(code).toBe(2)
    expect(stderr).toContain('Bea denied the access request at noon. Ask again.')
  })

  test('one of two reviews leaves it pending', async () => {
    const half = accessRequest({ neededReviews: 2, reviews: [approval] })
    await start({ ...paths, [`${path}/approve`]: ok(half) })
    const { stdout } = await call(['approve', requestId, '--yes', '--json'])
    expect(jsonFaults('requests approve', JSON.parse(stdout))).toEqual([])
    expect((await call(['approve', requestId, '--yes'])).stdout).toContain('is pending. It needs 1 review by 2030-')
  })
})

describe('requests deny, cancel, and revoke', () => {
  const ended = (by: string, note: string | null) => ({ at: grant.until, by: { id: requestId, name: by }, note })

  test('deny needs a note', async () => {
    const denied = accessRequest({ state: 'denied', ended: ended('bea@example.com', 'use staging') })
    await start({ [path]: ok(accessRequest()), [`${path}/deny`]: ok(denied) })
    expect((await call(['deny', requestId])).stderr).toContain('requests deny needs --note.')
    const { code, stdout } = await call(['deny', requestId, '--note', 'use staging'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/was denied by bea@example\.com at 2030-.*, with the note "use staging"\.\n$/)
    expect(gateway.bodies).toEqual([{ path: `${path}/deny`, body: { note: 'use staging' } }])
  })

  test('cancel', async () => {
    const canceled = accessRequest({ state: 'canceled', ended: ended('ada@example.com', null) })
    await start({ [path]: ok(accessRequest()), [`${path}/cancel`]: ok(canceled) })
    const { code, stdout } = await call(['cancel', requestId])
    expect(code).toBe(0)
    expect(stdout).toMatch(/was canceled by ada@example\.com at 2030-.*\)\.\n$/)
    expect(jsonFaults('requests cancel', JSON.parse((await call(['cancel', requestId, '--json'])).stdout))).toEqual([])
  })

  test('revoke asks first, and lists what runs on', async () => {
    const running = [{ kind: 'build', id: 'B1', rack: 'production', app: 'web', startedAt: '2030-01-02T12:21:00.000Z' }]
    const revoked = activeRequest({ state: 'revoked', ended: ended('bea@example.com', 'over'), running })
    await start({ [path]: ok(activeRequest()), [`${path}/revoke`]: ok(revoked) })
    expect((await call(['revoke', requestId], answering('n'))).code).toBe(130)
    expect((await call(['revoke', requestId])).stderr).toContain(
      'this needs a confirmation: end the role deployer of ada@example.com on production, and close its connections. Pass --yes',
    )
    const { code, stdout } = await call(['revoke', requestId, '--note', 'over', '--yes'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/is over: its grant was revoked by bea@example\.com at 2030-.*, with the note "over"\.\n/)
    expect(stdout).toMatch(/Started under the grant, and still running:\n.*\n.*build {2}production\/web {2}B1\n$/)
    expect(gateway.bodies).toEqual([{ path: `${path}/revoke`, body: { note: 'over' } }])
  })

  test('what is over is not asked about', async () => {
    const over = error(409, 'RGW_ACCESS_REQUEST_OVER', 'The grant ended at noon.', 'Ask again.')
    await start({ [path]: ok(activeRequest({ state: 'ended' })), [`${path}/revoke`]: over })
    expect(await call(['revoke', requestId])).toMatchObject({ code: 2, stdout: '' })
  })
})
