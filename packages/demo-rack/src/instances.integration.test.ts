import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, credentials, open, read, startRack, token, until } from './testing/client.ts'

const marker = 'F1E49A85-0AD7-4AEF-A618-C249C6E6568D:'
const shell = '/instances/ip-10-1-0-2.internal/shell'

describe('instances', () => {
  test('a terminated instance is replaced by a new one', async () => {
    const rack = await startRack({ clock: manualClock() })
    expect((await ask(rack, 'DELETE /instances/ip-10-1-0-2.internal')).body).toBe('ok\n')
    expect((await ask(rack, 'DELETE /instances/ip-10-1-0-2.internal')).status).toBe(404)
    const ids = (await read(rack, '/instances')).map(({ id }: { id: string }) => id)
    expect(ids).toEqual(['ip-10-1-0-1.internal', 'ip-10-1-0-3.internal', 'ip-10-1-0-4.internal'])
  })

  test('each key roll returns a new key, which is not a valid private key', async () => {
    const rack = await startRack()
    const [one, two] = [await ask(rack, 'POST /instances/keyroll'), await ask(rack, 'POST /instances/keyroll')]
    expect(JSON.parse(one.body)).toEqual({
      name: expect.stringMatching(/^rack1-keypair-\w{6}$/),
      'private-key': expect.stringMatching(/^-----BEGIN RSA PRIVATE KEY-----\n\w{64}\n-----END/),
    })
    expect(one.body).not.toBe(two.body)
  })

  test.each([
    ['echo hi there', `hi there\r\n${marker}0\n`],
    ['exit 9', `${marker}9\n`],
    ['uname -a', `ran: uname -a\r\n${marker}0\n`],
  ])('ssh runs %s and marks its exit', async (command, output) => {
    const socket = await open(await startRack(), shell, [credentials, `Command: ${command}`, 'Private-Key: a2V5'])
    expect(await socket.end()).toBe(output)
  })

  test('ssh without a command is a shell', async () => {
    const socket = await open(await startRack(), shell)
    socket.sendText('echo one\nexit 2\n')
    expect(await socket.end()).toBe(`$ one\r\n$ ${marker}2\n`)
  })

  test('a shell does not contain the rack password, and ignores a command in the query', async () => {
    const rack = await startRack()
    const socket = await open(rack, `${shell}?Command=echo+query&command=echo+query`, [credentials, 'Command: env'])
    const output = await socket.end()
    expect(output).toBe(`HOSTNAME=ip-10-1-0-2.internal\r\n${marker}0\n`)
    expect(output).not.toContain(token)
  })

  test('an unknown instance is an error in the stream', async () => {
    const socket = await open(await startRack(), '/instances/i-nosuch/shell')
    expect(await socket.end()).toBe('ERROR: instance not found: i-nosuch\n')
  })

  test('a shell ends when its caller leaves', async () => {
    const rack = await startRack()
    const socket = await open(rack, shell)
    await until(() => socket.text() === '$ ')
    socket.peer.end()
    await until(() => rack.connections === 0)
  })
})
