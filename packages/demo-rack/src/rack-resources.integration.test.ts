import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, read, send, startRack } from './testing/client.ts'

describe("the rack's own resources", () => {
  test('OPTIONS lists the types of resources', async () => {
    const { body } = await ask(await startRack(), 'OPTIONS /resources')
    expect(JSON.parse(body).map(({ name }: { name: string }) => name)).toEqual([
      ...['memcached', 'mysql', 'postgres', 'redis', 'syslog'],
    ])
  })

  test('one is being created, runs, is changed, linked, unlinked, deleted, and then not found', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const form = { kind: 'postgres', name: 'shared', parameters: 'Durable=true&X=a%20b' }
    const created = JSON.parse((await send(rack, 'POST /resources', form)).body)
    expect(created).toMatchObject({ status: 'creating', parameters: { Durable: 'true', X: 'a b' }, apps: [] })
    await clock.advance(1000)
    expect(await read(rack, '/resources/shared')).toMatchObject({ status: 'running', type: 'postgres' })
    await send(rack, 'PUT /resources/shared', { parameters: 'Durable=false' })
    expect((await read(rack, '/resources/shared')).parameters).toEqual({ Durable: 'false', X: 'a b' })
    const linked = JSON.parse((await send(rack, 'POST /resources/shared/links', { app: 'myapp' })).body)
    expect(linked.apps).toMatchObject([{ name: 'myapp' }])
    expect((await send(rack, 'POST /resources/shared/links', { app: 'myapp' })).status).toBe(409)
    expect((await ask(rack, 'DELETE /resources/shared')).status).toBe(409)
    expect(JSON.parse((await ask(rack, 'DELETE /resources/shared/links/myapp')).body).apps).toEqual([])
    expect((await ask(rack, 'DELETE /resources/shared')).body).toBe('ok\n')
    expect(await read(rack, '/resources/shared')).toMatchObject({ status: 'deleting' })
    await clock.advance(1000)
    expect(await ask(rack, 'GET /resources/shared')).toMatchObject({
      status: 404,
      body: 'resource not found: shared\n',
    })
  })

  test.each([
    [{ kind: 'oracle' }, 400, 'unknown resource type: oracle\n'],
    [{}, 400, 'unknown resource type: \n'],
    [{ kind: 'redis', name: 'taken' }, 409, 'resource already exists: taken\n'],
  ])('%j is refused', async (form, status, body) => {
    const rack = await startRack()
    await send(rack, 'POST /resources', { kind: 'redis', name: 'taken' })
    expect(await send(rack, 'POST /resources', form)).toMatchObject({ status, body })
    expect(await read(rack, '/resources')).toHaveLength(1)
  })

  test('a resource without a name gets one, and its address contains a password', async () => {
    const rack = await startRack()
    const { name, url } = JSON.parse((await send(rack, 'POST /resources', { kind: 'mysql' })).body)
    expect(name).toMatch(/^mysql-\d{4}$/)
    expect(new URL(url).password).not.toBe('')
  })

  test('linking an unknown app is an error, and so is unlinking an app that is not linked', async () => {
    const rack = await startRack()
    await send(rack, 'POST /resources', { kind: 'redis', name: 'shared' })
    expect((await send(rack, 'POST /resources/shared/links', { app: 'nosuch' })).body).toBe('app not found: nosuch\n')
    expect((await ask(rack, 'DELETE /resources/shared/links/myapp')).body).toBe('app is not linked: myapp\n')
  })
})
