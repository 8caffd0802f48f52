import { describe, expect, test } from 'vitest'
import { ask, read, send, startRack } from './testing/client.ts'

describe('registries', () => {
  test.each([
    ['index.docker.io', 'index.docker.io'],
    ['https://index.docker.io/v1/', 'https://index.docker.io/v1/'],
    ['https://index.docker.io/v1/', 'https:%2F%2Findex.docker.io%2Fv1%2F'],
    ['host//two', 'host//two'],
    ['a/../b', 'a/../b'],
    ['with space', 'with%20space'],
    ['curly{brace}', 'curly%7Bbrace%7D'],
    ['per%cent', 'per%25cent'],
    ['café', 'caf%C3%A9'],
    ['', ''],
  ])('%j is removed by the path %s', async (server, path) => {
    const rack = await startRack()
    await send(rack, 'POST /registries', { server, username: 'u', password: 'p' })
    const removed = await ask(rack, `DELETE /registries/${path}?`)
    expect(removed.status).toBe(server === '' ? 404 : 200)
    expect(rack.received.at(-1)?.variables).toEqual({ server })
    expect(await read(rack, '/registries')).toEqual([
      { server: 'registry.example.test', username: 'robot', password: 'regsecret' },
    ])
  })

  test('an added registry is returned and listed with its password', async () => {
    const rack = await startRack()
    const added = await send(rack, 'POST /registries', { server: 'r.test/a', username: 'u', password: 'p&=%' })
    expect(JSON.parse(added.body)).toEqual({ server: 'r.test/a', username: 'u', password: 'p&=%' })
    expect(await read(rack, '/registries')).toHaveLength(2)
  })

  test('adding a registry again replaces it at the same position', async () => {
    const rack = await startRack()
    await send(rack, 'POST /registries', { server: 'r.test', username: 'u', password: 'old' })
    await send(rack, 'POST /registries', { server: 'registry.example.test', username: 'robot', password: 'new' })
    expect(await read(rack, '/registries')).toMatchObject([{ password: 'new' }, { password: 'old' }])
  })

  test('a broken escape is an invalid request, an unknown name is not found, and a missing server is rejected', async () => {
    const rack = await startRack()
    expect((await ask(rack, 'DELETE /registries/%zz')).status).toBe(400)
    expect(await ask(rack, 'DELETE /registries/nosuch')).toMatchObject({
      status: 404,
      body: 'no such registry: nosuch\n',
    })
    expect(await send(rack, 'POST /registries', { username: 'u' })).toMatchObject({
      status: 400,
      body: 'server is required\n',
    })
  })
})
