import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

const processes = '/apps/myapp/services/command/processes'
const policy = `version: 1
commands:
  rules:
    report:
      run: echo report <day:date>
      roles: [deployer]
      environment: [DEBUG*, DAY]
      releases: newest
    quiet:
      run: echo quiet
      roles: [deployer]
      interactive: false
    plain:
      run: echo plain
      roles: [deployer]
      entrypoint: false
    waited:
      run: echo waited
      roles: [deployer]
      modes: [attached]
unblocked: [PUT /system]
protected:
  environment: [DEBUG_SECRET]
  parameters: [key_pair_name]
`

let directory = ''
let system: System
let token = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policy-'))
  const policyFile = join(directory, 'policy.yaml')
  await writeFile(policyFile, policy)
  system = await startSystem({ policyFile })
  token = await system.token('deployer')
})
afterAll(async () => {
  await system.stop()
  await rm(directory, { recursive: true })
})
beforeEach(() => system.rack.clearReceived())

async function run(command: string, ...headers: readonly string[]) {
  const { status, body } = await system.send('POST', processes, token, '', [`Command: ${command}`, ...headers])
  return { status, body }
}

async function attached(...headers: readonly string[]): Promise<string> {
  const { status, body } = await run('sleep 3600', ...headers)
  expect({ status, body }).toMatchObject({ status: 200 })
  return JSON.parse(body).id
}

function exec(process: string, command: string, headers: Record<string, string>, who: string): Promise<ClientSocket> {
  return openWebSocket(`${system.url}/apps/myapp/processes/${process}/exec`, who, { Command: command, ...headers })
}

/** The output of an exec: that of the command, or the denial of the gateway. */
async function said(
  process: string,
  command: string,
  headers: Record<string, string> = {},
  who = token,
): Promise<string> {
  return (await (await exec(process, command, headers, who)).readToEnd()).join('')
}

async function olderRelease(): Promise<string> {
  const [{ id }] = JSON.parse((await system.get('/apps/myapp/releases?limit=1', token)).body)
  const form = ['Content-Type: application/x-www-form-urlencoded']
  expect((await system.send('POST', '/apps/myapp/releases?', token, 'description=newer', form)).status).toBe(200)
  return id
}

describe('a detached run', () => {
  test('accepts only words of the type', async () => {
    expect((await run('echo report 2030-01-31')).status).toBe(200)
    expect(await system.lastEvent()).toMatchObject({ decision: { rule: 'command:report', source: 'policy.yaml:4' } })
    expect((await run('echo report tomorrow')).status).toBe(403)
  })

  test('brings the environment keys that its rule names, as sent, and the event names them', async () => {
    expect((await run('echo report 2030-01-31', 'Environment: DEBUG_SQL=1&DAY=a%20b')).status).toBe(200)
    const sent = system.rack.received.find(({ method }) => method === 'POST')
    expect(sent?.parameters.Environment).toBe('DEBUG_SQL=1&DAY=a%20b')
    const intent = (await system.events()).findLast(({ kind }) => kind === 'intent')
    expect(intent?.environment).toEqual(['DEBUG_SQL', 'DAY'])
    expect(JSON.stringify(intent)).not.toContain('a%20b')
  })

  test.each([
    [
      'a key that the rule does not name',
      'echo report 2030-01-31',
      'Environment: PATH=/evil',
      'without the environment key PATH',
    ],
    ['a key under a rule that names none', 'echo quiet', 'Environment: DEBUG=1', 'without the environment key DEBUG'],
    [
      'a protected key',
      'echo report 2030-01-31',
      'Environment: DEBUG_SECRET=1',
      'protects DEBUG_SECRET, so a run cannot set it',
    ],
    ['an older release', 'echo report 2030-01-31', 'Release: RAAAAAAAAAA', 'only with the newest release'],
  ])('is refused with %s', async (_what, command, header, reason) => {
    expect(await run(command, header)).toEqual({ status: 403, body: expect.stringContaining(reason) })
    expect(system.rack.received.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test.each([
    ['a broken escape', 'DEBUG=%zz'],
    ['a semicolon', 'DEBUG=1;PATH=2'],
    ['a key twice', 'DEBUG=1&DEBUG=2'],
    ['a key of another spelling', 'DEBUG%00=1'],
    ['an empty key', '=1'],
    ['bytes that are no text', 'DEBUG=%ff'],
  ])('is refused with an environment that has %s', async (_what, text) => {
    expect((await run('echo report 2030-01-31', `Environment: ${text}`)).status).toBe(400)
    expect(system.rack.received.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('counts as one without a terminal and without the entrypoint', async () => {
    expect((await run('echo quiet')).status).toBe(200)
    expect((await run('echo plain')).status).toBe(200)
  })
})

describe('an attached run', () => {
  test('is decided by its start options when its command arrives', async () => {
    const process = await attached('Environment: DEBUG=1')
    expect(await said(process, 'echo report 2030-01-31')).toContain('report 2030-01-31')
    expect(await said(process, 'echo quiet', { Tty: 'false' })).toContain('without the environment key DEBUG')
  })

  test('is decided by its start options for every caller', async () => {
    const process = await attached('Environment: DEBUG=1')
    const other = await system.token('deployer', { email: 'other@example.com' })
    expect(await said(process, 'echo report 2030-01-31', {}, other)).toContain('report 2030-01-31')
    expect(await said(process, 'echo quiet', { Tty: 'false' }, other)).toContain('without the environment key DEBUG')
    const older = await attached(`Release: ${await olderRelease()}`)
    expect(await said(older, 'echo report 2030-01-31', {}, other)).toContain('only with the newest release')
  })

  test('is what the mode attached is for: its start, and its command by the principal that started it', async () => {
    const process = await attached()
    expect(await said(process, 'echo waited')).toContain('waited')
    expect((await run('echo waited')).status).toBe(403)
    expect(
      await said(process, 'echo waited', {}, await system.token('deployer', { email: 'other@example.com' })),
    ).toContain('is not allowed')
  })

  test('is not begun with a key that no rule allows', async () => {
    const { status, body } = await run('sleep 3600', 'Environment: PATH=/evil')
    expect([status, body]).toEqual([403, expect.stringContaining('without the environment key PATH.')])
  })

  test('is decided by its terminal and its entrypoint', async () => {
    const process = await attached()
    expect(await said(process, 'echo quiet')).toContain('only without a terminal')
    expect(await said(process, 'echo quiet', { Tty: 'true' })).toContain('only without a terminal')
    expect(await said(process, 'echo quiet', { Tty: 'false' })).toContain('quiet')
    expect(await said(process, 'echo plain', { Entrypoint: 'true' })).toContain("without the image's entrypoint")
    expect(await said(process, 'echo plain', { Entrypoint: 'false' })).toContain('plain')
    expect(await said(process, 'echo plain')).toContain('plain')
  })
})

describe('a parameter of the rack that is protected', () => {
  const set = (form: string, who: string) =>
    system.send('PUT', '/system', who, form, ['Content-Type: application/x-www-form-urlencoded'])

  test('cannot be changed by any caller, even if changes of racks are allowed', async () => {
    const admin = await system.token('admin')
    const { status, body } = await set(`parameters=${encodeURIComponent('key_pair_name=mine&idle_timeout=60')}`, admin)
    expect([status, body]).toEqual([403, expect.stringContaining('protects key_pair_name, so nobody can change it')])
    expect((await set(`parameters=${encodeURIComponent('idle_timeout=60')}`, admin)).status).toBe(200)
    expect((await set(`parameters=${encodeURIComponent('idle_timeout=60;key_pair_name=x')}`, admin)).status).toBe(400)
    expect((await set(`parameters=${encodeURIComponent('idle_timeout=60')}`, token)).status).toBe(403)
  })
})
