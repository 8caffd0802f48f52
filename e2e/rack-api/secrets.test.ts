import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const form = ['Content-Type: application/x-www-form-urlencoded']

describe('secrets', () => {
  let system: System
  let tokens: Record<'viewer' | 'ops' | 'deployer' | 'admin' | 'ci', string>
  beforeAll(async () => {
    system = await startSystem()
    tokens = {
      viewer: await system.token('viewer'),
      ops: await system.token('ops'),
      deployer: await system.token('deployer'),
      admin: await system.token('admin'),
      ci: await system.pipelineToken(),
    }
  })
  afterAll(() => system.stop())
  beforeEach(() => system.rack.clearReceived())

  async function newestRelease(token: string): Promise<{ id: string; env: string }> {
    const [{ id }] = JSON.parse((await system.get('/apps/myapp/releases?limit=1', token)).body)
    const { env } = JSON.parse((await system.get(`/apps/myapp/releases/${id}?`, token)).body)
    return { id, env }
  }
  function release(token: string, env: string, more = '') {
    return system.send('POST', '/apps/myapp/releases?', token, `env=${encodeURIComponent(env)}${more}`, form)
  }
  function sentEnvironment(): string {
    const request = system.rack.received.find(({ method }) => method === 'POST')
    return new URLSearchParams(request?.body.bytes.toString() ?? '').get('env') ?? ''
  }

  /** As documented: HMAC-SHA-256 under a key of HKDF-SHA-256 of APP_SECRET_KEY. */
  function digestOf(body: Buffer): string {
    const key = hkdfSync('sha256', system.secretKey, 'rack-gateway', 'rack-gateway/body-digest/1', 32)
    return createHmac('sha256', Buffer.from(key)).update(body).digest('hex')
  }

  test('a viewer sees the names of an environment but no values', async () => {
    const { env } = await newestRelease(tokens.viewer)
    expect(env.split('\n').map((line) => line.split('=')[0])).toEqual([
      'DATABASE_URL',
      'PLAIN',
      'RAILS_ENV',
      'SECRET_KEY_BASE',
    ])
    expect(env.split('\n').every((line) => /=\[hidden:R[A-Z]+:[A-Za-z0-9_-]{22}\]$/.test(line))).toBe(true)
  })

  test('an error of the rack that quotes the restored environment contains no values', async () => {
    const { env } = await newestRelease(tokens.deployer)
    expect(env).toMatch(/SECRET_KEY_BASE=\[hidden:/)
    const body = '{"error":"invalid environment: SECRET_KEY_BASE=s3cr3t-myapp"}'
    system.rack.failNext('POST /apps/myapp/releases?', { kind: 'answer', status: 500, body })
    const response = await release(tokens.deployer, env)
    expect([response.status, response.body]).toEqual([500, '{"error":"invalid environment: SECRET_KEY_BASE=[hidden]"}'])
    expect(sentEnvironment()).toContain('SECRET_KEY_BASE=s3cr3t-myapp')
  })

  test('an error of the rack that quotes a URL with a password shows no other part of the URL', async () => {
    const { env } = await newestRelease(tokens.deployer)
    expect(env).toMatch(/DATABASE_URL=\[hidden:/)
    const body = '{"error":"invalid environment: DATABASE_URL=postgres://u:p@db/app"}'
    system.rack.failNext('POST /apps/myapp/releases?', { kind: 'answer', status: 500, body })
    const response = await release(tokens.deployer, env)
    expect(response.body).toBe('{"error":"invalid environment: DATABASE_URL=[hidden]"}')
  })

  test('a deployer sees what is not secret, and an admin everything', async () => {
    const { env } = await newestRelease(tokens.deployer)
    expect(env).toContain('PLAIN=value')
    expect(env).toMatch(/DATABASE_URL=\[hidden:/)
    expect(env).not.toContain('s3cr3t')
    expect((await newestRelease(tokens.admin)).env).toContain('SECRET_KEY_BASE=s3cr3t-myapp')
  })

  test.each([
    ['the password of a resource, but not its host', '/apps/myapp/resources?', 'respass', 'resource-database'],
    ['the password of one resource', '/apps/myapp/resources/database?', 'respass', 'resource-database'],
    ['secret parameters of the rack, but not its version', '/system?', 'hubsecret', '"version": "3.24.9"'],
  ])('a caller without secret:read does not see %s', async (_what, path, secret, visible) => {
    for (const role of ['viewer', 'ops', 'deployer'] as const) {
      const { status, body } = await system.get(path, tokens[role])
      expect([role, status, body.includes(secret), body.includes(visible)]).toEqual([role, 200, false, true])
    }
    expect((await system.get(path, tokens.admin)).body).toContain(secret)
  })

  test('a caller without secret:read does not see the credentials in the repository of a build', async () => {
    const url = `url=${encodeURIComponent('object://myapp/tmp/a.tgz')}`
    const made = await system.send('POST', '/apps/myapp/builds?', tokens.deployer, url, form)
    const { id } = JSON.parse(made.body)
    const path = `/apps/myapp/builds/${id}?`
    for (const body of [made.body, (await system.get(path, tokens.viewer)).body]) {
      expect(body).toContain('"repository": "https://')
      expect(body).not.toContain('u:p@')
    }
    expect((await system.get(path, tokens.admin)).body).toContain('u:p@')
  })

  test('a caller without secret:read does not see the passwords of registries', async () => {
    expect((await system.get('/registries?', tokens.deployer)).body).not.toContain('regsecret')
    expect((await system.get('/registries?', tokens.admin)).body).toContain('regsecret')
  })

  test('the response to a new release is masked like the release itself', async () => {
    const { env } = await newestRelease(tokens.deployer)
    const response = await release(tokens.deployer, `${env}\nADDED=1`)
    expect(response.status).toBe(200)
    expect(response.body).toContain('ADDED=1')
    expect(response.body).not.toContain('s3cr3t')
  })

  test('masks that come back become the real values at the rack, and the event keeps both digests and the changed names', async () => {
    const { env } = await newestRelease(tokens.deployer)
    const response = await release(tokens.deployer, env.replace('PLAIN=value', 'PLAIN=changed'))
    expect(response.status).toBe(200)
    expect(sentEnvironment()).toContain('SECRET_KEY_BASE=s3cr3t-myapp')
    expect(sentEnvironment()).toContain('DATABASE_URL=postgres://u:p@db/app')
    expect(sentEnvironment()).not.toContain('[hidden')
    const sent = system.rack.received.find(({ method }) => method === 'POST')?.body.bytes ?? Buffer.alloc(0)
    const events = await system.events()
    expect(events.filter(({ kind }) => kind === 'environment.changed').at(-1)).toMatchObject({
      app: 'myapp',
      principal: { name: 'deployer@example.com' },
      detail: { key: 'PLAIN', change: 'changed' },
    })
    const intent = events.findLast(({ kind }) => kind === 'intent')
    expect(intent).toMatchObject({
      environment: ['PLAIN'],
      body: { sent: digestOf(sent) },
    })
    expect(intent?.body?.received).not.toBe(intent?.body?.sent)
    expect(JSON.stringify(await system.events())).not.toContain('s3cr3t')
  })

  test('a password that is in no event can’t be guessed at by the digest of its form', async () => {
    const body = 'server=registry.example.com&username=ada&password=hunter2'
    expect((await system.send('POST', '/registries?', tokens.admin, body, form)).status).toBe(200)
    const events = await system.events()
    const intent = events.findLast(({ kind }) => kind === 'intent')
    expect(intent).toMatchObject({ route: 'POST /registries', body: { received: digestOf(Buffer.from(body)) } })
    expect(JSON.stringify(events)).not.toContain(createHash('sha256').update(body).digest('hex'))
  })

  test('a mask of an old release brings back the value of that release', async () => {
    const old = await newestRelease(tokens.deployer)
    const { env } = await newestRelease(tokens.admin)
    await release(tokens.admin, env.replace('s3cr3t-myapp', 'rotated'))
    system.rack.clearReceived()
    await release(tokens.deployer, old.env)
    expect(sentEnvironment()).toContain('SECRET_KEY_BASE=s3cr3t-myapp')
  })

  test.each([
    ['under another key', (env: string) => env.replace('SECRET_KEY_BASE=[', 'PLAIN2=['), 'PLAIN2'],
    [
      'with another mac',
      (env: string) => env.replace(/SECRET_KEY_BASE=\[hidden:(\w+):..../, 'SECRET_KEY_BASE=[hidden:$1:AAAA'),
      'SECRET_KEY_BASE',
    ],
    [
      'of a release that does not exist',
      (env: string) => env.replace(/SECRET_KEY_BASE=\[hidden:\w+:/, 'SECRET_KEY_BASE=[hidden:RAAAAAAAAAA:'),
      'SECRET_KEY_BASE',
    ],
    [
      'that climbs into another path',
      (env: string) => env.replace(/SECRET_KEY_BASE=\[hidden:\w+:/, 'SECRET_KEY_BASE=[hidden:..:'),
      'SECRET_KEY_BASE',
    ],
    ['within a value', (env: string) => env.replace('PLAIN=', 'PLAIN=x[hidden:R:'), 'PLAIN'],
  ])('a mask %s is 400 with the name of the key', async (_what, edit, key) => {
    const { env } = await newestRelease(tokens.deployer)
    system.rack.clearReceived()
    const response = await release(tokens.deployer, edit(env))
    expect([response.status, response.error]).toEqual([400, expect.stringContaining(key)])
    expect(system.rack.received.filter(({ method }) => method === 'POST')).toEqual([])
  })

  test('a mask of another app is 400', async () => {
    const [{ id }] = JSON.parse((await system.get('/apps/otherapp/releases?limit=1', tokens.deployer)).body)
    const { env } = JSON.parse((await system.get(`/apps/otherapp/releases/${id}?`, tokens.viewer)).body)
    expect((await release(tokens.deployer, env)).status).toBe(400)
  })

  test('a mask in any other parameter is 400', async () => {
    const { env } = await newestRelease(tokens.viewer)
    const mask = env.slice(env.indexOf('['), env.indexOf('\n'))
    const response = await system.send(
      'PUT',
      '/apps/myapp?',
      tokens.deployer,
      `parameters=${encodeURIComponent(`A=${mask}`)}`,
      form,
    )
    expect(response.status).toBe(400)
    expect(system.rack.received.filter(({ method }) => method === 'PUT')).toEqual([])
  })

  test.each([
    ['a mask of the value', (mask: string) => base64(mask)],
    ['a list with a mask in it', (mask: string) => base64(`RAILS_ENV,${mask}`)],
    ['a mask without an origin', () => base64('[hidden]')],
    ['a mask in lines, which the rack joins', (mask: string) => base64(mask).replaceAll(/(.{7})/g, '$1\n')],
    ['the placeholder of the rack password', () => base64('x[rack token]')],
  ])('a config is not set to %s, and the refusal names the config', async (_what, value) => {
    const { env } = await newestRelease(tokens.viewer)
    const mask = env.slice(env.indexOf('['), env.indexOf('\n'))
    system.rack.clearReceived()
    const body = new URLSearchParams({ value: value(mask) }).toString()
    const response = await system.send('PUT', '/apps/myapp/configs/settings?', tokens.deployer, body, form)
    expect([response.status, response.error]).toEqual([
      400,
      expect.stringContaining('The value of settings contains a mask'),
    ])
    expect(system.rack.received).toEqual([])
  })

  test('a run is not given a mask in its environment', async () => {
    const environment = `Environment: ${new URLSearchParams({ A: '[hidden]' })}`
    const path = '/apps/myapp/services/command/processes?'
    const response = await system.send('POST', path, tokens.admin, '', ['Command: bin/pre_release', environment])
    expect([response.status, system.rack.received]).toEqual([400, []])
  })

  test('a deployer can extend the list of masked keys, and only callers who can list configs can read it', async () => {
    const path = '/apps/myapp/configs/cli-env-mask?'
    const set = (list: string) =>
      system.send('PUT', path, tokens.deployer, new URLSearchParams({ value: base64(list) }).toString(), form)
    expect((await set('RAILS_ENV')).status).toBe(200)
    expect((await system.get(path, tokens.deployer)).json).toEqual({ name: 'cli-env-mask', value: 'RAILS_ENV' })
    expect((await system.get('/apps/myapp/configs?', tokens.ops)).body).toContain('"value": "RAILS_ENV"')
    expect((await system.get(path, tokens.viewer)).status).toBe(403)
  })

  test('a secret of several lines is masked as a whole, restored as a whole, and has no line in the audit log', async () => {
    const secret = '-----BEGIN X-----\nMIIB/lineone\nlastlineofit==\n-----END X-----'
    const { env } = await newestRelease(tokens.admin)
    expect((await release(tokens.admin, `${env}\nCERT=${secret}`)).status).toBe(200)
    for (const token of [tokens.viewer, tokens.deployer]) {
      const shown = (await newestRelease(token)).env
      expect(shown).toMatch(/^CERT=\[hidden:[^\n]*\]$/m)
      expect(shown).not.toMatch(/line/)
    }
    system.rack.clearReceived()
    const { env: masked } = await newestRelease(tokens.deployer)
    expect((await release(tokens.deployer, `${masked}\nAFTERWARDS=1`)).status).toBe(200)
    expect(sentEnvironment()).toContain(`CERT=${secret}\n`)
    const events = await system.events()
    expect(events.findLast(({ kind }) => kind === 'intent')).toMatchObject({ environment: ['AFTERWARDS'] })
    expect(JSON.stringify(events)).not.toContain('lastlineofit')
  })

  test('a caller without secret:read does not see secrets in the command of a process', async () => {
    const secrets = ['API_TOKEN=s3cret-a', '--password=s3cret-b', 'sh', '-c', "'redis-cli -a s3cret-c'"]
    const headers = [`Command: env ${secrets.join(' ')}`]
    const path = '/apps/myapp/services/command/processes?'
    const { body, status } = await system.send('POST', path, tokens.admin, '', headers)
    expect(status).toBe(200)
    const { id } = JSON.parse(body)
    const shown = "env API_TOKEN=[hidden] --password=[hidden] sh -c 'redis-cli -a [hidden]'"
    for (const at of ['/apps/myapp/processes?', `/apps/myapp/processes/${id}?`]) {
      for (const token of [tokens.viewer, tokens.deployer, tokens.ci]) {
        const response = await system.get(at, token)
        expect(response.body).toContain(shown)
        expect(response.body).not.toContain('s3cret')
      }
      expect((await system.get(at, tokens.admin)).body).toContain('s3cret-c')
    }
  })

  test('a token of the gateway is in no event, whatever it was sent in', async () => {
    const { viewer, admin } = tokens
    const client = [`User-Agent: ci ${viewer}`]
    expect((await system.send('GET', `/apps/${viewer}?`, viewer, '', client)).status).toBe(404)
    expect((await system.send('GET', `/no/${viewer}?`, viewer, '', client)).status).toBe(404)
    expect((await system.send('GET', `/apps/%41${viewer}?${viewer}=1`, viewer, '', client)).status).toBe(400)
    expect((await system.send('GET', `/apps?${viewer}=1`, viewer, '', client)).status).toBe(400)
    expect((await system.send('PUT', '/apps/myapp?', viewer, `${viewer}=${viewer}`, [...form, ...client])).status).toBe(
      400,
    )
    const run = '/apps/myapp/services/command/processes?'
    const command = [`Command: curl ${viewer} --header "x: ${viewer}"`, `Environment: ${viewer}=1`]
    expect((await system.send('POST', run, viewer, '', command)).status).toBe(403)
    expect((await system.send('POST', run, admin, '', command.slice(0, 1))).status).toBe(200)
    const { env } = await newestRelease(admin)
    expect((await release(admin, `${env}\n${viewer}=1`)).status).toBe(200)
    await system.send('GET', `/gateway/api/v1/tokens/${viewer}`, viewer, '', client)
    await system.send('GET', '/apps?', `${viewer}x`, '', client)
    const events = JSON.stringify(await system.events())
    for (const token of [viewer, admin]) expect(events).not.toContain(token.slice(4, 34))
    expect(events.match(/\[hidden\]/g)?.length).toBeGreaterThan(8)
  })

  test('a value with the password of the rack is restored completely for an admin', async () => {
    const value = `RACK_URL=https://convox:${system.rack.token}@api`
    const { env } = await newestRelease(tokens.admin)
    expect((await release(tokens.admin, `${env}\n${value}`)).status).toBe(200)
    const shown = (await newestRelease(tokens.admin)).env
    expect(shown).toMatch(/RACK_URL=\[hidden:/)
    system.rack.clearReceived()
    expect((await release(tokens.admin, `${shown}\nAFTER=1`)).status).toBe(200)
    expect(sentEnvironment()).toContain(value)
  })

  test('a pipeline releases with the environment as it is, and with no other', async () => {
    const { env } = await newestRelease(tokens.ci)
    expect((await system.send('POST', '/apps/myapp/releases?', tokens.ci, 'description=same', form)).status).toBe(200)
    expect((await release(tokens.ci, env)).status).toBe(200)
    for (const changed of [`${env}\nA=1`, env.split('\n').slice(1).join('\n'), '']) {
      const response = await release(tokens.ci, changed)
      expect([response.status, response.error]).toEqual([403, expect.stringContaining('env:write')])
    }
  })

  test('an older release as the parent counts as a change of the environment', async () => {
    const before = await newestRelease(tokens.admin)
    await release(tokens.admin, `${before.env}\nNEWER=1`)
    const response = await system.send('POST', '/apps/myapp/releases?', tokens.ci, `parent-release=${before.id}`, form)
    expect([response.status, response.error]).toEqual([403, expect.stringContaining('env:write')])
  })

  test('an error of the rack is forwarded without the rack password', async () => {
    const text = `app not found: myapp (asked with ${system.rack.token})\n`
    system.rack.failNext(/^GET \/apps\/myapp\?/, { kind: 'answer', status: 404, body: text })
    const response = await system.get('/apps/myapp?', tokens.admin)
    expect([response.status, response.body]).toEqual([404, 'app not found: myapp (asked with [rack token])\n'])
  })

  test("env in a process doesn't show the rack's own password, nor does an object", async () => {
    const run = await system.send('POST', '/apps/myapp/services/command/processes?', tokens.admin, '', [
      'Command: sleep 3600',
    ])
    const { id } = JSON.parse(run.body)
    const socket = await openWebSocket(`${system.url}/apps/myapp/processes/${id}/exec`, tokens.admin, {
      Command: 'env',
    })
    const said = (await socket.readToEnd()).join('')
    expect(said).toMatch(/RACK_URL=https:\/\/convox:\[rack token\]\**@api\.staging/)
    expect(said).not.toContain(system.rack.token)
    await system.send('POST', `/apps/myapp/objects/tmp/leak.txt?`, tokens.admin, `before ${system.rack.token} after`)
    const object = await system.get('/apps/myapp/objects/tmp/leak.txt?', tokens.admin)
    expect(object.body).toMatch(/^before \[rack token\]\** after$/)
    expect(object.body).toHaveLength(`before ${system.rack.token} after`.length)
  })
})
