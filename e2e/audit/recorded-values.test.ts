import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from '@rack-gateway/audit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginCall, textOf } from '../support/callers/caller.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']

/** All that was recorded of the newest call. */
async function newest(system: System): Promise<AuditEvent[]> {
  const events = await system.events()
  const last = events.at(-1)
  return events.filter(({ request }) => request !== undefined && request === last?.request)
}

async function canonicalOf(system: System): Promise<string> {
  const rows = await system.sql<
    { all: string }[]
  >`select string_agg(canonical || ' ' || coalesce(command, ''), ' ') as all from audit.events`
  return rows[0]?.all ?? ''
}

describe('values of parameters in events', () => {
  let directory: string
  let system: System
  let admin: string
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'recorded-values-'))
    const file = join(directory, 'policy.yaml')
    writeFileSync(
      file,
      `version: 1
audit:
  values:
    scales: { permissions: [service:scale], parameters: [count, cpu, memory] }
    releases: { permissions: [release:*], parameters: ["*"] }
    apps: { routes: ["PUT /apps/{app}"], parameters: ["parameters.*", lock] }
    registries: { permissions: [registry:write], parameters: ["*"] }
    builds: { permissions: [build:create], parameters: [description, url] }
    processes: { permissions: [process:run, process:list], parameters: [release, service, memory] }
secrets:
  parameters: [gpu, "DATABASE_HOST"]
`,
    )
    system = await startSystem({ policyFile: file, rackNames: ['staging'] })
    admin = await system.token('admin')
  })
  afterAll(async () => {
    await system.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  function put(path: string, body: string, method = 'PUT') {
    return system.send(method, path, admin, body, form)
  }

  test('the intent and the outcome contain the form values that the rack reads', async () => {
    expect((await put('/apps/myapp/services/web', 'count=3&cpu=256&memory=512&min=1')).status).toBe(200)
    const events = await newest(system)
    expect(events.map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
    for (const { parameters, hidden } of events) {
      expect(parameters?.form).toEqual(['count', 'cpu', 'memory', 'min'])
      expect(parameters?.values).toEqual({ count: '3', cpu: '256', memory: '512' })
      expect(hidden).toBeUndefined()
    }
  })

  test('the event contains values of queries and headers, also for a denied call', async () => {
    await system.get('/apps/myapp/processes?service=web', admin)
    expect((await newest(system))[0]?.parameters?.values).toEqual({ service: 'web' })
    const ops = await system.token('ops')
    const headers = ['Command: rails c', 'Memory: 128', 'Release: RABCDEFGHIJ', 'Cpu: 7']
    await system.send('POST', '/apps/myapp/services/command/processes', ops, undefined, headers)
    const [refused] = await newest(system)
    expect(refused).toMatchObject({ kind: 'call', status: 403 })
    expect(refused?.parameters?.values).toEqual({ memory: '128', release: 'RABCDEFGHIJ' })
  })

  test('the event never contains an environment, a password, or a value that matches a secret pattern, whatever a rule says', async () => {
    await put('/apps/myapp/releases', `env=${encodeURIComponent('FOO=plain-value')}&description=hello&build=`, 'POST')
    const [release] = await newest(system)
    expect(release?.parameters?.values).toEqual({ description: 'hello', build: '' })
    await put('/registries', 'server=registry.example.com&username=ada&password=hunter2-registry', 'POST')
    const [registry] = await newest(system)
    expect(registry?.parameters?.values).toEqual({ server: 'registry.example.com', username: 'ada' })
    const pairs = encodeURIComponent('NodeType=t3.small&DB_PASSWORD=hunter2-pair&DATABASE_HOST=hunter2-host')
    await put('/apps/myapp', `parameters=${pairs}`)
    const [parameters] = await newest(system)
    expect(parameters?.parameters?.values).toEqual({
      'parameters.NodeType': 't3.small',
      'parameters.DB_PASSWORD': '[hidden]',
      'parameters.DATABASE_HOST': '[hidden]',
    })
    expect(parameters?.hidden).toEqual([
      'parameters.values.parameters.DB_PASSWORD',
      'parameters.values.parameters.DATABASE_HOST',
    ])
    expect(await canonicalOf(system)).not.toMatch(/hunter2|plain-value/)
  })

  test('the event never contains an address with a password, a certificate, or the rack token', async () => {
    const secrets = ['postgres://u:hunter3@db/x', '-----BEGIN RSA hunter3', 'a rack-password-of-staging b']
    for (const value of secrets) {
      await put('/apps/myapp/releases', `description=${encodeURIComponent(value)}`, 'POST')
      const [event] = await newest(system)
      expect(event?.parameters?.values).toEqual({ description: '[hidden]' })
      expect(event?.hidden).toEqual(['parameters.values.description'])
    }
    expect(await canonicalOf(system)).not.toMatch(/hunter3|rack-password/)
  })

  test('long values are truncated, with length and hash', async () => {
    const value = `\u001b[2J"}\u202e,=cmd|${'x'.repeat(3_000)}`
    await put('/apps/myapp/releases', `description=${encodeURIComponent(value)}`, 'POST')
    const [event] = await newest(system)
    expect(event?.parameters?.values?.description).toMatch(/^\\u001b\[2J"\}\\u202e,=cmd\|x+$/)
    expect(event?.truncated).toEqual([expect.objectContaining({ field: 'parameters.values.description' })])
  })

  test('a value that is too long to be scanned is recorded only by its length and hash', async () => {
    const value = `\u001b${'x'.repeat(100_000)} postgres://u:hunter6@db`
    await put('/apps/myapp/releases', `description=${encodeURIComponent(value)}`, 'POST')
    const [event] = await newest(system)
    const sha256 = createHash('sha256').update(value).digest('hex')
    expect(event?.parameters?.values).toEqual({ description: '' })
    expect(event?.truncated).toEqual([
      { field: 'parameters.values.description', length: Buffer.byteLength(value), sha256 },
    ])
  })

  test('are not waited for where a body is streamed: its bytes pass before it ends', async () => {
    const before = system.rack.received.length
    const upload = beginCall(
      { port: system.port, token: admin },
      { method: 'POST', path: '/apps/myapp/objects/tmp/x.tgz', headers: { 'Transfer-Encoding': 'chunked' } },
    )
    upload.request.write('y'.repeat(100_000))
    await expect.poll(() => system.rack.received[before]?.body.length ?? 0).toBe(100_000)
    upload.request.end()
    const response = await upload.response
    expect(response.statusCode).toBe(200)
    await textOf(response)
    const [event] = await newest(system)
    expect(event?.parameters).toEqual({ query: [], form: [], headers: [] })
    expect(event?.body).toBeUndefined()
  })

  test('the number of values is limited, and the event says that there were more', async () => {
    const pairs = Array.from({ length: 70 }, (_, index) => `p${index}=1`).join('&')
    await put('/apps/myapp', `parameters=${encodeURIComponent(pairs)}`)
    for (const event of await newest(system)) {
      expect(Object.keys(event.parameters?.values ?? {})).toHaveLength(64)
      expect(event.truncated).toContainEqual({ field: 'parameters.values', length: 70, sha256: '' })
    }
  })

  test('come with a log that verifies', async () => {
    const { intact } = await verified(system)
    expect(intact).toBe(true)
  })
})

async function verified(system: System): Promise<{ intact: boolean }> {
  const { verifyDatabase } = await import('@rack-gateway/audit/verify')
  return verifyDatabase(system.sql, { pinned: null, checkpoints: null })
}

describe('secrets in commands', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  function run(command: string, token: string) {
    return system.send('POST', '/apps/myapp/services/command/processes', token, undefined, [`Command: ${command}`])
  }

  test('are replaced in what is recorded and searched, and not in what the rack gets', async () => {
    const admin = await system.token('admin')
    const response = await run('env FOO_TOKEN=hunter4 rake x', admin)
    expect(response.status).toBe(200)
    const events = await newest(system)
    expect(events.map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
    for (const event of events) {
      expect(event.command).toEqual(['env', 'FOO_TOKEN=[hidden]', 'rake', 'x'])
      expect(event.hidden).toEqual(['command'])
    }
    expect(system.rack.received.some(({ command }) => command?.includes('FOO_TOKEN=hunter4'))).toBe(true)
    expect(await canonicalOf(system)).not.toContain('hunter4')
  })

  test.each([
    ['env FOO_TOKEN=hunter5 rake x', 'FOO_TOKEN=[hidden]'],
    ['env FOO_TOKEN=hunter5%s"a\'b" rake x', null],
    [`env FOO_TOKEN=${'hunter5'.repeat(40)} x`, 'FOO_TOKEN=[hidden]'],
    ['sh -c "FOO_TOKEN=hunter5; evil && x"', 'FOO_TOKEN=[hidden]; evil'],
    [`env "FOO_TOKEN=it's hunter5" x`, 'FOO_TOKEN=[hidden] x'],
    ['x "FOO_TOKEN=hunter5 never ends', null],
    ['curl https://u:hunter5@host/', '[hidden]@host'],
  ])('are replaced in the reason of a refusal as well: %s', async (command, shown) => {
    const deployer = await system.token('deployer')
    const response = await run(command, deployer)
    expect(response.status).toBe(403)
    const [event] = await newest(system)
    expect(event).toMatchObject({ kind: 'call', decision: { effect: 'deny' }, hidden: ['command'] })
    expect(JSON.stringify(event)).not.toContain('hunter5')
    if (shown !== null) expect(event?.command?.join(' ')).toContain(shown)
  })

  test.each([
    String.raw`'$&$&;$'\''aKEY=1;$'\''bKEY=1' '$'\''aKEY=1' '$'\''bKEY=1'`,
    String.raw`'$&$&$&$&$&;$'\''aKEY=1' '$'\''aKEY=1'`,
    String.raw`'$&$&$&$&$&$&$&;$'\''aKEY=1' '$'\''aKEY=1'`,
    'sh -c "API_TOKEN=hunter2 grep \'x$\' f; true"',
  ])('a command that looks like a replacement pattern is recorded as text: %s', async (command) => {
    const response = await run(command, await system.token('deployer'))
    expect(response.status).toBe(403)
    const [event] = await newest(system)
    expect(event).toMatchObject({
      kind: 'call',
      status: 403,
      hidden: ['command'],
      decision: {
        effect: 'deny',
        rule: expect.stringMatching(/^command:/),
        reason: expect.stringContaining('which is shell syntax. The rack'),
      },
    })
    expect(event?.decision?.reason?.length).toBeLessThan(2_000)
    expect(JSON.stringify(event)).not.toContain('hunter2')
  })

  test('leave the decision as it is: it is made from what was typed', async () => {
    const deployer = await system.token('deployer')
    expect((await run('rake stripe:prepare', deployer)).status).toBe(200)
    expect((await run('rake stripe:prepare A_KEY=1', deployer)).status).toBe(403)
  })
})
