import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@rack-gateway/config/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Target } from '../../../rack-choice/local/target.ts'
import { createDeferred } from '../../../testing/deferred.ts'
import { effectivePolicy } from '../../../testing/effective-policy.ts'
import { type FakeGateway, type FakeResponse, startFakeGateway } from '../../../testing/fake-gateway.ts'
import { quietContext } from '../../../testing/quiet-context.ts'
import { precheck } from '../precheck.ts'
import { reportCallOf } from './report-of-error.ts'

const reportPath = '/gateway/api/v1/policy/stopped-calls'
const noon = Date.UTC(2030, 0, 2, 12)
const promote = ['releases', 'promote', 'R1', '-a', 'web']
const run = ['run', 'command', 'rake db:drop PASSWORD=hunter2', '-a', 'web', '--detach']
const recorded: FakeResponse = { status: 200, body: { recorded: true } }
/** Convox does not end. */
const running = new Promise<void>(() => undefined)

let home: string
let gateway: FakeGateway
/** The responses by path, which a test can change. */
let responses: Record<string, FakeResponse>
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'rack-gateway-stopped-'))
  mkdirSync(join(home, 'project'))
  responses = { [reportPath]: recorded }
  gateway = await startFakeGateway(effectivePolicy({ at: noon }), responses)
})
afterEach(async () => {
  rmSync(home, { recursive: true, force: true })
  await gateway.close()
})

const context = (now = noon) =>
  quietContext({ cwd: join(home, 'project'), configPath: join(home, 'config', 'config.json'), now })

function target(): Target {
  return {
    name: 'staging',
    origin: gateway.url,
    rack: 'staging',
    token: new Secret('rgs_one'),
    expiry: { state: 'unknown' },
    renewalDue: false,
  }
}

/** Expects a denial, and waits for its report. */
async function stop(words: readonly string[] = promote): Promise<void> {
  const error = await precheck(context(), target(), words).then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toMatchObject({ code: 'RGW_CLI_REFUSED' })
  await reportCallOf(error)
}

/** An allowed command, while which reports are sent. */
async function allowed(ended = running): Promise<void> {
  await (await precheck(context(), target(), ['apps'])).refresh(ended)
}

const directory = () => join(home, 'config', 'stopped-calls')
function kept(): string[] {
  try {
    return readdirSync(directory())
  } catch {
    return []
  }
}
const reports = () => gateway.bodies.filter(({ path }) => path === reportPath).map(({ body }) => body)

describe('a stopped command', () => {
  test('is reported with the call that the policy denies, and nothing is kept', async () => {
    await stop()
    expect(reports()).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        principal: 'u1',
        rack: 'staging',
        at: '2030-01-02T12:00:00.000Z',
        call: expect.objectContaining({ route: 'POST /apps/{app}/releases/{id}/promote', app: 'web', command: null }),
      },
    ])
    expect(kept()).toEqual([])
  })

  test('names the keys that it would have changed, and not their values', async () => {
    await stop(['env', 'set', 'PASSWORD=hunter2', '-a', 'web'])
    expect(reports()).toHaveLength(1)
    expect(JSON.stringify(reports())).not.toContain('hunter2')
  })

  test('is reported only after its error is printed', async () => {
    const error = await precheck(context(), target(), promote).catch((error: unknown) => error)
    expect(gateway.requests).toHaveLength(1)
    await reportCallOf(error)
    expect(gateway.requests).toHaveLength(2)
    expect(reports()).toHaveLength(1)
  })
})

describe('a report is kept for a later command', () => {
  test.each([401, 429, 500, 503])('if the gateway answers %i', async (status) => {
    responses[reportPath] = { status }
    await stop()
    expect(kept()).toHaveLength(1)
  })

  test('if the gateway does not answer soon', async () => {
    const response = createDeferred()
    responses[reportPath] = { ...recorded, delay: response.promise }
    await stop()
    expect(kept()).toHaveLength(1)
    response.end()
  })

  test('in a file that only its user can read, without a secret', async () => {
    responses[reportPath] = { status: 503 }
    await stop()
    const [file = ''] = kept()
    const path = join(directory(), file)
    expect([statSync(path).mode & 0o777, statSync(directory()).mode & 0o777]).toEqual([0o600, 0o700])
    expect(readFileSync(path, 'utf8')).not.toContain('rgs_one')
    await stop(run)
    expect(kept()).toEqual([file])
  })

  test.each([400, 403, 404, 413])('but not if the gateway answers %i, which is final', async (status) => {
    responses[reportPath] = { status }
    await stop()
    expect(kept()).toEqual([])
  })

  test('but at most 32', async () => {
    responses[reportPath] = { status: 503 }
    for (let count = 0; count < 34; count++) await stop()
    expect(kept()).toHaveLength(32)
  })

  test('but without write access, it is lost, and the command is stopped all the same', async () => {
    responses[reportPath] = { status: 503 }
    await stop()
    rmSync(directory(), { recursive: true })
    writeFileSync(directory(), '')
    await stop()
  })
})

describe('a kept report', () => {
  beforeEach(async () => {
    responses[reportPath] = { status: 503 }
    await stop()
    gateway.bodies.length = 0
  })

  test('is sent while the next allowed command runs, once', async () => {
    responses[reportPath] = recorded
    await allowed()
    expect(reports()).toEqual([expect.objectContaining({ principal: 'u1', at: '2030-01-02T12:00:00.000Z' })])
    expect(kept()).toEqual([])
    await allowed()
    expect(reports()).toHaveLength(1)
  })

  test('is sent after the report of the next stopped command', async () => {
    responses[reportPath] = recorded
    await stop(['apps', 'delete', 'web'])
    expect(reports()).toMatchObject([{ call: { route: 'DELETE /apps/{app}' } }, { call: { app: 'web' } }])
    expect(kept()).toEqual([])
  })

  test('is kept again if the gateway cannot receive it', async () => {
    await allowed()
    expect(reports()).toHaveLength(1)
    expect(kept()).toHaveLength(1)
  })

  test('does not delay a short command for long if the gateway does not answer', async () => {
    const response = createDeferred()
    responses[reportPath] = { ...recorded, delay: response.promise }
    await allowed(Promise.resolve())
    expect(kept()).toHaveLength(1)
    response.end()
  })

  test('is not sent as another principal', async () => {
    responses[reportPath] = recorded
    const principal = {
      kind: 'user',
      id: 'u2',
      name: 'bob@example.com',
      rack: null,
      groups: [],
      bindings: [],
      owner: null,
    }
    gateway.response = effectivePolicy({ at: noon, role: 'ops', change: { principal } })
    await stop()
    expect(reports()).toMatchObject([{ principal: 'u2' }])
    expect(kept()).toHaveLength(1)
  })

  test('is not sent to another gateway', async () => {
    const other = await startFakeGateway(effectivePolicy({ at: noon }), { [reportPath]: recorded })
    try {
      const error = await precheck(context(), { ...target(), origin: other.url }, promote).catch((error) => error)
      await reportCallOf(error)
      expect(other.bodies).toHaveLength(1)
      expect(kept()).toHaveLength(1)
    } finally {
      await other.close()
    }
  })

  test('is removed after a week, and a broken file is ignored', async () => {
    responses[reportPath] = recorded
    const [file = ''] = kept()
    const old = Date.now() / 1_000 - 8 * 24 * 60 * 60
    utimesSync(join(directory(), file), old, old)
    writeFileSync(join(directory(), file.replace(/ .*/, ' broken.json')), '{"id":')
    await allowed()
    expect(reports()).toEqual([])
    expect(kept()).toEqual([expect.stringContaining('broken')])
  })
})
