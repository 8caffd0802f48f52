import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { writeRequest } from '@rack-gateway/testing/http'
import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, connectTo, read, send, startRack } from './testing/client.ts'

describe('the system', () => {
  test('an update is shown for a second, and an empty version does not change the system', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    await send(rack, 'PUT /system', { version: '', force: 'false' })
    expect(await read(rack, '/system')).toMatchObject({ status: 'running', version: '3.24.9' })
    await send(rack, 'PUT /system', { version: '3.24.10', force: 'false' })
    expect(await read(rack, '/system')).toMatchObject({ status: 'updating', version: '3.24.10' })
    await clock.advance(1000)
    expect(await read(rack, '/system')).toMatchObject({ status: 'running', version: '3.24.10' })
  })

  test('count, type and parameters are changed, other parameters stay', async () => {
    const rack = await startRack()
    await send(rack, 'PUT /system', { count: '5', type: 't3.large', parameters: 'idle_timeout=60' })
    expect(await read(rack, '/system')).toMatchObject({
      ...{ count: 5, type: 't3.large' },
      parameters: { idle_timeout: '60', docker_hub_password: 'hubsecret' },
    })
  })

  test('the processes are those of the rack and, with `all`, those of every app', async () => {
    const rack = await startRack()
    const apps = async (query: string) =>
      new Set((await read(rack, `/system/processes${query}`)).map(({ app }: { app: string }) => app))
    expect(await apps('')).toEqual(new Set(['system']))
    expect(await apps('?all=true')).toEqual(new Set(['system', 'myapp', 'otherapp']))
    expect(await apps('?all=false')).toEqual(new Set(['system']))
  })

  test('the capacity has the sums of the instances and of the processes', async () => {
    const rack = await startRack()
    expect(await read(rack, '/system/capacity')).toEqual({
      ...{ 'cluster-cpu': 6000, 'cluster-gpu': 0, 'cluster-memory': 12_000 },
      ...{ 'process-count': 6, 'process-cpu': 60, 'process-gpu': 0, 'process-memory': 768 },
    })
    await ask(rack, 'DELETE /apps/otherapp')
    expect(await read(rack, '/system/capacity')).toMatchObject({ 'process-count': 3 })
  })

  test.each([
    ['read', 'r'],
    ['write', 'rw'],
    ['admin', 'rwa'],
  ])('a %s token has the claims of its role, but the demo rack rejects it', async (role, claim) => {
    const rack = await startRack({ clock: manualClock(1_000_000) })
    const { token } = JSON.parse((await send(rack, 'POST /system/jwt/token', { role, durationInHour: '2' })).body)
    const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
    expect(claims).toMatchObject({ role: claim, expiresAt: 1000 + 7200 })
    const peer = await connectTo(rack)
    peer.send(writeRequest('GET /apps', [`Authorization: ${basicAuthorization(token, 'jwt')}`]))
    expect((await peer.nextMessage()).body).toBe('invalid authentication\n')
  })

  test.each([
    [{ role: 'read' }, 'invalid duration\n'],
    [{ role: 'read', durationInHour: '1.5' }, 'invalid duration\n'],
    [{ role: 'read', durationInHour: '0' }, 'duration must be between 1 and 8760 hours\n'],
    [{ role: 'read', durationInHour: '8761' }, 'duration must be between 1 and 8760 hours\n'],
    [{ role: 'root', durationInHour: '1' }, 'invalid role: must be read, write, or admin\n'],
    [{ durationInHour: '1' }, 'invalid role: must be read, write, or admin\n'],
  ])('a token for %j is refused', async (form, body) => {
    expect(await send(await startRack(), 'POST /system/jwt/token', form)).toMatchObject({ status: 400, body })
  })

  test('an event needs an action', async () => {
    const rack = await startRack()
    const form = { action: 'app:create', data: 'name=x&actor=ada', status: 'success' }
    expect((await send(rack, 'POST /events', form)).body).toBe('ok\n')
    expect(rack.received.at(-1)?.parameters).toEqual(form)
    expect((await send(rack, 'POST /events')).body).toBe('action is required\n')
  })
})

describe('scaling', () => {
  const path = '/apps/myapp/services/web'

  test.each([
    ['scale-override', { active: 'maybe' }, 'active must be true or false\n'],
    ['scale-override', {}, 'active must be true or false\n'],
    ['triggers/enable', { opts: '[]' }, 'opts must be a JSON object\n'],
    ['triggers/enable', { opts: '{' }, 'opts must be a JSON object\n'],
    ['triggers/threshold', { threshold: '1' }, 'type is required\n'],
    ['triggers/threshold', { type: 'cpu', threshold: 'high' }, 'threshold must be a number\n'],
  ])('%s with %j is refused', async (action, form, body) => {
    expect(await send(await startRack(), `POST ${path}/${action}`, form)).toMatchObject({ status: 400, body })
  })

  test.each(['scale-override', 'triggers/enable', 'triggers/disable', 'triggers/threshold'])(
    '%s of a missing service is not found',
    async (action) => {
      const rack = await startRack()
      const response = await send(rack, `POST /apps/myapp/services/nosuch/${action}`, { active: 'true' })
      expect(response).toMatchObject({ status: 404, body: 'service not found: nosuch\n' })
    },
  )

  test('the options of triggers are JSON in a text', async () => {
    const rack = await startRack()
    expect((await send(rack, `POST ${path}/triggers/enable`, { opts: '{"cpu":{"min":1}}' })).status).toBe(200)
  })

  test('min and max limit the count, and the GPUs of a service can be set', async () => {
    const rack = await startRack()
    await send(rack, `PUT ${path}`, { count: '9', min: '1', max: '4', gpu: '1', 'gpu-vendor': 'nvidia' })
    const [, web] = await read(rack, '/apps/myapp/services')
    expect(web).toMatchObject({ count: 4, gpu: 1, 'gpu-vendor': 'nvidia' })
    expect((await send(rack, `PUT ${path}`, { min: '3', max: '2' })).status).toBe(400)
  })
})
