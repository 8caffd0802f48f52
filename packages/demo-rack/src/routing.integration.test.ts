import { writeRequest } from '@rack-gateway/testing/http'
import { upgradeHeaders } from '@rack-gateway/testing/websocket'
import { describe, expect, test } from 'vitest'
import { appRoutes } from './routes/app-routes.ts'
import { rackRoutes } from './routes/rack-routes.ts'
import { answered, ask, connectTo, credentials, open, startRack } from './testing/client.ts'

const nothing = { body: '' }

describe('routing', () => {
  test.each([
    ['GET /apps', 200],
    ['GET /apps?', 200],
    ['GET /%61pps', 200],
    ['GET /apps%2fmyapp', 200],
    ['GET /apps/%6dyapp', 200],
    ['GET /apps/otherapp%2Freleases', 200],
    ['GET http://evil.test/apps', 200],
    ['GET /APPS', 404],
    ['GET /apps/', 404],
    ['GET //apps', 404],
    ['GET /apps//releases', 404],
    ['GET /./apps', 404],
    ['GET /apps/myapp/../otherapp', 404],
    ['GET /nosuch', 404],
    ['GET /machines?', 404],
    ['GET /racks?', 404],
    ['GET /apps/myapp/logs', 404],
    ['HEAD /apps', 405],
    ['OPTIONS /apps', 405],
    ['PATCH /apps/myapp', 405],
    ['POST /apps/myapp/releases/R/promote/', 404],
    ['GET /apps/%zz', 400],
  ])('%s is %i', async (start, status) => {
    const rack = await startRack()
    expect((await ask(rack, start)).status).toBe(status)
  })

  test.each(['GET /nosuch', 'HEAD /apps', 'GET /machines?'])(
    '%s needs no credentials and discloses nothing',
    async (start) => {
      const peer = await connectTo(await startRack())
      peer.send(writeRequest(start))
      const response = await peer.nextMessage()
      expect(response).toMatchObject(nothing)
      expect(response.headers.map(([name]) => name).sort()).toEqual(['Content-Length', 'Date'])
    },
  )

  test.each([
    ['/apps/myapp;x=1', 'app not found: myapp;x=1\n'],
    ['/apps/my%3Fapp', 'app not found: my?app\n'],
    ['/apps/caf%C3%A9', 'app not found: caf\xc3\xa9\n'],
    ['/apps/..', 'app not found: ..\n'],
  ])('%s is an app of that name', async (path, body) => {
    expect(await ask(await startRack(), `GET ${path}`)).toMatchObject({ status: 404, body })
  })

  test('a websocket route is found for the literal "websocket" only', async () => {
    const rack = await startRack()
    const headers = [credentials, ...upgradeHeaders.filter((line) => !line.startsWith('Upgrade'))]
    const response = await ask(rack, 'GET /apps/myapp/logs', [...headers.slice(1), 'Upgrade: WebSocket'])
    expect(response.status).toBe(404)
  })

  test('an upgrade of an ordinary route gets the ordinary response', async () => {
    const { response } = await open(await startRack(), '/apps/myapp')
    expect(response.status).toBe(200)
    expect(response.body).toContain('"name": "myapp"')
  })

  test('an upgrade of a POST with a body is handled as this POST, and then the connection ends', async () => {
    const rack = await startRack()
    const peer = await connectTo(rack)
    const form = ['Content-Type: application/x-www-form-urlencoded']
    peer.send(
      writeRequest('POST /apps', [credentials, ...upgradeHeaders, ...form], 'name=fourth') +
        writeRequest('GET /apps', [credentials]),
    )
    expect(answered(await peer.nextMessage())).toMatchObject({ status: 200 })
    expect(rack.received).toHaveLength(1)
    expect(rack.received[0]).toMatchObject({ route: 'POST /apps', parameters: { name: 'fourth' } })
  })

  test('the suffix .tgz is not part of the build ID', async () => {
    const response = await ask(await startRack(), 'GET /apps/myapp/builds/BAAAAAAAAAA.tgz')
    expect(response).toMatchObject({ status: 404, body: 'build not found: BAAAAAAAAAA\n' })
  })

  test('keep-alive serves request after request', async () => {
    const peer = await connectTo(await startRack())
    peer.send(writeRequest('GET /apps', [credentials]) + writeRequest('GET /nosuch') + writeRequest('GET /check'))
    const statuses = [await peer.nextMessage(), await peer.nextMessage(), await peer.nextMessage()].map(
      (one) => answered(one).status,
    )
    expect(statuses).toEqual([200, 404, 200])
  })
})

describe('the contract', () => {
  const routes = [...appRoutes, ...rackRoutes].filter(({ path }) => path !== '/check')
  const example = (path: string) => path.replace(/\{\w+(?::\.\*)?\}/g, 'some')

  test.each(routes.filter(({ kind }) => kind === 'http').map(({ method, path }) => [method, path]))(
    '%s %s is rejected without the password',
    async (method, path) => {
      const peer = await connectTo(await startRack())
      peer.send(writeRequest(`${method === 'ANY' ? 'PURGE' : method} ${example(path)}`, ['Content-Length: 0']))
      expect(answered(await peer.nextMessage(method)).status).toBe(401)
    },
  )

  test('with the password, every route is found', async () => {
    const rack = await startRack()
    for (const { kind, method, path } of routes) {
      if (kind === 'websocket') expect((await open(rack, example(path))).response.status).toBe(101)
      else {
        const { status } = await ask(rack, `${method === 'ANY' ? 'PURGE' : method} ${example(path)}`, [
          'Content-Length: 0',
        ])
        expect([status, path]).not.toEqual([405, path])
        expect([status, path]).not.toEqual([501, path])
      }
      expect(rack.received.at(-1)?.route).toBe(`${method} ${path}`)
    }
  })
})
