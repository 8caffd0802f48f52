import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { writeRequest } from '@rack-gateway/testing/http'
import { type ClientSocket, openWebSocket, upgradeHeaders } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'

const databaseHost = 'resource-database.staging-myapp.svc.cluster.local'
const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D'

describe('websockets', () => {
  let system: System
  let admin: string
  let deployer: string
  let ci: string
  beforeAll(async () => {
    system = await startSystem()
    admin = await system.token('admin')
    deployer = await system.token('deployer')
    ci = await system.pipelineToken()
  })
  afterAll(() => system.stop())
  beforeEach(() => system.rack.clearReceived())

  async function startRun(token: string, command = 'sleep 3600', headers: readonly string[] = []): Promise<string> {
    const response = await system.send('POST', '/apps/myapp/services/command/processes?', token, '', [
      `Command: ${command}`,
      'Content-Length: 0',
      ...headers,
    ])
    expect([response.status, response.error]).toEqual([200, expect.anything()])
    return idOf(response.json)
  }
  function exec(process: string, command: string, token: string, headers: Record<string, string> = {}) {
    return openWebSocket(`${system.url}/apps/myapp/processes/${process}/exec`, token, { Command: command, ...headers })
  }
  /** A refusal that the CLI can show: the sentence, exit code 1, the end. */
  async function refusedWords(socket: ClientSocket): Promise<string> {
    expect(socket.status).toBe(101)
    const [sentence = '', exit, ...more] = await socket.readToEnd()
    expect([sentence.startsWith('ERROR: '), sentence.endsWith('\n'), exit, more]).toEqual([
      true,
      true,
      `${marker}:1\n`,
      [],
    ])
    return sentence
  }
  async function handshakes(): Promise<number> {
    return system.rack.received.filter(({ route }) => route?.startsWith('WS')).length
  }

  test('an attached run: the exec has its command, and one frame has its exit code', async () => {
    const pid = await startRun(deployer)
    const socket = await exec(pid, 'rake stripe:prepare', deployer)
    const frames = await socket.readToEnd()
    expect(frames.join('')).toBe(`ran: rake stripe:prepare\n${marker}:0\n`)
    expect(frames).toContain(`${marker}:0\n`)
    socket.close()
    await expect.poll(() => system.lastEvent()).toMatchObject({ kind: 'closed', status: 101, process: pid })
    const events = await system.events()
    const opened = events.findLast(({ kind }) => kind === 'opened')
    expect(opened).toMatchObject({
      app: 'myapp',
      process: pid,
      service: 'command',
      command: ['rake', 'stripe:prepare'],
      route: 'WS /apps/{app}/processes/{pid}/exec',
      decision: { effect: 'allow', rule: 'command:stripe-prepare' },
    })
    expect(events.at(-1)).toMatchObject({ of: opened?.id, bytesOut: expect.any(Number) })
  })

  test('a pipeline executes in its own run and stops it, and neither in that of another', async () => {
    const own = await startRun(ci)
    const foreign = await startRun(admin)
    expect((await exec(own, 'bin/pre_release', ci)).status).toBe(101)
    await refusedWords(await exec(foreign, 'bin/pre_release', ci))
    expect((await system.send('DELETE', `/apps/myapp/processes/${foreign}?`, ci)).status).toBe(403)
    expect((await system.send('DELETE', `/apps/myapp/processes/${own}?`, ci)).status).toBe(200)
  })

  test('any replica recognizes the own run of a caller', async () => {
    const pid = await startRun(ci)
    const replica = await system.replica()
    const socket = await openWebSocket(`${replica.url}/apps/myapp/processes/${pid}/exec`, ci, {
      Command: 'bin/pre_release',
    })
    expect(socket.status).toBe(101)
    await replica.stop()
  })

  test.each([
    ['a command that no rule allows', 'cat'],
    ['more words than the rule has', 'rake stripe:prepare extra'],
    ['a command behind an allowed one', 'rake stripe:prepare; sh'],
    ['a shell', "sh -c 'rake stripe:prepare'"],
    ['a variable in front', 'X=1 rake stripe:prepare'],
    ['another path to it', '/bin/rake stripe:prepare'],
    ['another letter case', 'Rake stripe:prepare'],
    ['a no-break space, as UTF-8 bytes', Buffer.from('rake\u00a0stripe:prepare').toString('latin1')],
    ['a quote that is never closed', "rake 'stripe:prepare"],
    ['nothing', ''],
  ])('an own run is refused %s in words, and the rack never hears of it', async (_what, command) => {
    const pid = await startRun(deployer)
    const socket = await exec(pid, command, deployer)
    expect(await refusedWords(socket)).toContain('rule command:')
    expect(await handshakes()).toBe(0)
    expect(await system.lastEvent()).toMatchObject({
      kind: 'call',
      status: 403,
      process: pid,
      decision: { effect: 'deny' },
    })
  })

  test('not even an admin passes shell syntax', async () => {
    const pid = await startRun(admin)
    const socket = await exec(pid, 'rake db:migrate && sh', admin)
    expect(await refusedWords(socket)).toContain('without a shell')
  })

  test('quoting is read as the rack reads it', async () => {
    const pid = await startRun(deployer)
    const socket = await exec(pid, `'rake'  "stripe:prepare"`, deployer)
    expect(socket.status).toBe(101)
    await socket.readToEnd()
    expect(system.rack.received.findLast(({ route }) => route?.startsWith('WS'))?.command).toBe(
      `'rake'  "stripe:prepare"`,
    )
  })

  test.each([
    ['in the query', '?command=sh', {}],
    ['in the query with an escape', '?%63ommand=sh', {}],
    ['in any query', '?x=1', {}],
  ])('a command %s is refused', async (_what, query, headers) => {
    const pid = await startRun(admin)
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/${pid}/exec${query}`, admin, {
      Command: 'rake db:seed',
      ...headers,
    })
    await refusedWords(socket)
    expect(await handshakes()).toBe(0)
  })

  test('a second Command header is refused', async () => {
    const pid = await startRun(deployer)
    const commands = ['Command: rake stripe:prepare', 'Command: sh']
    const response = await system.raw(handshake(system, `/apps/myapp/processes/${pid}/exec`, deployer, commands))
    expect(response.status).toBe(101)
    expect(await system.lastEvent()).toMatchObject({
      kind: 'call',
      status: 400,
      decision: { effect: 'deny', rule: 'ambiguous-parameters' },
    })
    expect(await handshakes()).toBe(0)
  })

  test.each(['Com_mand: sh', 'COMMAND_: sh'])('a look-alike (%s) is refused or dropped, never sent', async (header) => {
    const pid = await startRun(deployer)
    await system
      .raw(handshake(system, `/apps/myapp/processes/${pid}/exec`, deployer, ['Command: rake stripe:prepare', header]))
      .catch(() => undefined)
    const heard = system.rack.received.filter(({ route }) => route?.startsWith('WS'))
    expect(heard.flatMap(({ rawHeaders }) => rawHeaders).filter((text) => text === 'sh')).toEqual([])
  })

  test.each([
    'Image: evil',
    'Volumes: /:/host',
    'Privileged: true',
    'Use-Service-Volume: true',
    'Node-Labels: a=b',
    'System-Critical: true',
    'Gpu: 1',
    'Gpu-Vendor: x',
  ])('a run with %s is refused', async (header) => {
    const response = await system.send('POST', '/apps/myapp/services/command/processes?', admin, '', [
      'Command: sleep 60',
      header,
    ])
    expect([response.status, response.json]).toEqual([403, expect.objectContaining({ rule: 'refused-header' })])
    expect(system.rack.received).toHaveLength(0)
  })

  test.each([
    ['web', 403],
    ['worker', 403],
    ['build', 403],
    ['nosuch', 403],
  ])('a run on the service %s is refused to everyone', async (service, status) => {
    const response = await system.send('POST', `/apps/myapp/services/${service}/processes?`, admin, '', [
      'Command: sleep 60',
    ])
    expect(response.status).toBe(status)
    expect(system.rack.received).toHaveLength(0)
  })

  test('exec in a service is for admins, by process and by the name of the service', async () => {
    const processes = (await system.get('/apps/myapp/processes?', admin)).json
    const web = Array.isArray(processes) ? idOf(processes.find((one) => Reflect.get(one, 'name') === 'web')) : ''
    for (const target of [web, 'web']) {
      expect(await refusedWords(await exec(target, 'rake db:seed', deployer))).toContain('process:exec-any')
      const socket = await exec(target, 'echo hi', admin)
      expect((await socket.readToEnd())[0]).toBe('hi\n')
    }
  })

  test('text that is not UTF-8 and half-close pass unchanged', async () => {
    const pid = await startRun(admin)
    const socket = await exec(pid, 'cat', admin)
    socket.send(Buffer.from([0xff, 0x00, 0xfe, 0x0a]))
    socket.sendEndOfInput()
    const bytes = Buffer.concat(await socket.readBytesToEnd())
    expect(bytes.subarray(0, 4)).toEqual(Buffer.from([0xff, 0x00, 0xfe, 0x0a]))
    expect(bytes.toString('latin1')).toContain(`${marker}:0`)
  })

  test('a session that is ended ends its streams, with the reason and exit code 1', async () => {
    const issued = await system.issuer.issueSession({
      email: 'admin@example.com',
      device: 'doomed',
      expiresAt: Date.now() + 3_600_000,
    })
    const pid = await startRun(issued.token)
    const socket = await exec(pid, 'bash', issued.token)
    expect(socket.status).toBe(101)
    await system.issuer.endSession(issued.id, 'lost laptop')
    const said = (await socket.readToEnd()).join('')
    expect(said).toContain('ERROR: ')
    expect(said).toContain(`${marker}:1\n`)
    await expect
      .poll(() => system.lastEvent())
      .toMatchObject({ kind: 'closed', close: expect.stringContaining('gateway') })
  })

  test('a revoked role ends the streams that it allowed', async () => {
    const token = await system.token('admin', { email: 'leaving@example.com' })
    const pid = await startRun(token)
    const socket = await exec(pid, 'bash', token)
    const [binding] = await system.sql<{ id: string }[]>`
      select b.id from gateway.bindings b join gateway.users u on b.subject_id = u.id::text where u.email = 'leaving@example.com'`
    await system.issuer.removeBinding(binding?.id ?? '')
    expect((await socket.readToEnd()).join('')).toContain('ERROR: ')
  })

  test.each(['/apps/myapp/resources/database/console', `/proxy/${databaseHost}/5432`])(
    'a stream of %s that is ended shows the reason, without an exit code',
    async (path) => {
      const issued = await system.issuer.issueSession({
        email: 'admin@example.com',
        device: 'doomed',
        expiresAt: Date.now() + 3_600_000,
      })
      const socket = await openWebSocket(`${system.url}${path}`, issued.token, {})
      expect(socket.status).toBe(101)
      await system.issuer.endSession(issued.id, 'lost laptop')
      const said = (await socket.readToEnd()).join('')
      expect(said).toContain('ERROR: ')
      expect(said).not.toContain(marker)
    },
  )

  test('logs stream, and their end is recorded with bytes', async () => {
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, deployer, { Follow: 'false' })
    expect((await socket.readToEnd()).join('')).toContain('Booting myapp')
    socket.close()
    await expect.poll(() => system.lastEvent()).toMatchObject({ kind: 'closed', route: 'WS /apps/{app}/logs' })
  })

  test.each([
    ['another page', { Origin: 'https://evil.example' }, 403],
    ['a null origin', { Origin: 'null' }, 403],
  ])('a websocket of %s is refused', async (_what, headers, status) => {
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, deployer, headers)
    expect(socket.status).toBe(status)
  })

  test('the Origin of the stock CLI is accepted, and not forwarded', async () => {
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, deployer, {
      Origin: system.url,
      Follow: 'false',
    })
    expect(socket.status).toBe(101)
    await socket.readToEnd()
    expect(system.rack.received[0]?.rawHeaders.map((text) => text.toLowerCase())).not.toContain('origin')
  })

  test('without a credential the handshake is refused with 401', async () => {
    const response = await system.raw(handshake(system, '/apps/myapp/logs', 'nonsense', []))
    expect(response.status).toBe(401)
  })

  test('a console that is refused says so, and log streams are refused at the handshake', async () => {
    const console = await openWebSocket(`${system.url}/apps/myapp/resources/database/console`, deployer, {})
    expect(console.status).toBe(101)
    const [sentence, ...more] = await console.readToEnd()
    // The stock console reads no exit code: it would print the marker.
    expect([sentence, more]).toEqual([expect.stringMatching(/^ERROR: resource:console .*\n$/), []])
    const viewer = await system.token('viewer')
    expect((await openWebSocket(`${system.url}/system/logs`, viewer, {})).status).toBe(403)
  })

  test('a client that does not hang up after a refusal is hung up on', async () => {
    const pid = await startRun(deployer)
    const socket = await exec(pid, 'sh', deployer)
    await refusedWords(socket)
    await socket.closed()
  })

  describe('proxies', () => {
    const host = databaseHost
    const proxy = (token: string, to: string) => openWebSocket(`${system.url}/proxy/${to}`, token, {})

    test('a resource is reached by a caller who can open proxies in its app', async () => {
      const socket = await proxy(deployer, `${host}/5432`)
      expect(socket.status).toBe(101)
      socket.close()
      expect((await system.events()).findLast(({ kind }) => kind === 'opened')).toMatchObject({
        app: 'myapp',
        permission: 'resource:proxy',
      })
    })

    test.each([
      ['another port of it', `${host}/22`],
      ['another host', 'db.internal/5432'],
      ['the API of the rack', 'api.staging.svc.cluster.local/5443'],
      ['the API of the cluster', 'kubernetes.default.svc/443'],
      ['the local host', '127.0.0.1/5432'],
    ])('no caller reaches %s', async (_what, to) => {
      for (const token of [deployer, admin]) expect((await proxy(token, to)).status).toBe(403)
      expect(await handshakes()).toBe(0)
    })

    test('a proxy call that is denied causes no request to the rack', async () => {
      const viewer = await system.token('viewer')
      const refused = await proxy(viewer, `${host}/5432`)
      expect([refused.status, refused.error]).toEqual([403, expect.stringContaining('resource:proxy')])
      expect(refused.error).toMatch(/roles .*ops.*; you have the role viewer/)
      expect(system.rack.received).toHaveLength(0)
    })
  })

  test('an unavailable rack is 502 at the handshake, as the event says', async () => {
    system.rack.failNext(/logs/, { kind: 'reset' })
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, deployer, {})
    expect(socket.status).toBe(502)
    await expect.poll(() => system.lastEvent()).toMatchObject({ kind: 'closed', status: 502 })
  })
})

function idOf(value: unknown): string {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : null
  if (typeof id !== 'string') throw new Error(`no id in ${JSON.stringify(value)}`)
  return id
}

function handshake(system: System, path: string, token: string, headers: readonly string[]): string {
  const lines = [`Host: 127.0.0.1:${system.port}`, `Authorization: ${basicAuthorization(token)}`]
  return writeRequest(`GET ${path}`, [...lines, ...upgradeHeaders, ...headers])
}
