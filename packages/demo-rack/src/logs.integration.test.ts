import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, credentials, open, startRack, until } from './testing/client.ts'

describe('logs', () => {
  test('history first, then a tick each second, and the caller going away ends it', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const logs = await open(rack, '/apps/myapp/logs', [credentials, 'Prefix: true'])
    await until(() => logs.text() === '2026-11-24T22:57:49Z service/web/boot Booting myapp\n')
    await clock.advance(3000)
    await until(() => logs.text().includes('tick 3'))
    expect(logs.text().split('\n').slice(1)).toEqual([
      '2026-11-24T22:57:50Z service/web/myapp-1 tick 1',
      '2026-11-24T22:57:51Z service/web/myapp-1 tick 2',
      '2026-11-24T22:57:52Z service/web/myapp-1 tick 3',
      '',
    ])
    logs.peer.end()
    await until(() => rack.connections === 0)
  })

  test.each([
    ['/apps/myapp/logs', ['Prefix: true'], '2026-11-24T22:57:49Z service/web/boot Booting myapp\n'],
    ['/apps/myapp/logs', [], 'Booting myapp\n'],
    ['/apps/myapp/services/web/logs', ['Prefix: true'], '2026-11-24T22:57:49Z service/web/boot Booting myapp\n'],
    ['/apps/myapp/services/worker/logs', ['Prefix: true'], ''],
    ['/system/logs', ['Prefix: true'], '2026-11-24T22:57:49Z system/api Booting rack1\n'],
    ['/apps/nosuch/logs', [], 'ERROR: app not found: nosuch\n'],
    ['/apps/myapp/services/nosuch/logs', [], 'ERROR: service not found: nosuch\n'],
    ['/apps/myapp/processes/nosuch/logs', [], 'ERROR: process not found: nosuch\n'],
    ['/apps/myapp/builds/BNOSUCH/logs', [], 'ERROR: build not found: BNOSUCH\n'],
  ])('%s %j without following', async (path, headers, text) => {
    const logs = await open(await startRack({ clock: manualClock() }), path, [credentials, 'Follow: false', ...headers])
    expect(await logs.end()).toBe(text)
  })

  test('a process shows its own lines', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const [{ id }] = JSON.parse((await ask(rack, 'GET /apps/myapp/processes?service=worker')).body)
    const logs = await open(rack, `/apps/myapp/processes/${id}/logs`, [credentials, 'Prefix: true'])
    await until(() => rack.received.at(-1)?.status === 101)
    await clock.advance(1000)
    await until(() => logs.text().includes(`service/worker/${id} tick 1`))
  })

  test('Tail keeps the last lines', async () => {
    const clock = manualClock()
    const rack = await startRack({ clock })
    const [, { id }] = JSON.parse((await ask(rack, 'GET /apps/myapp/releases')).body)
    await ask(rack, `POST /apps/myapp/releases/${id}/promote`, ['Content-Length: 0'])
    await clock.advance(1000)
    const logs = await open(rack, '/apps/myapp/logs', [credentials, 'Follow: false', 'Tail: 2'])
    expect(await logs.end()).toBe('promote step 3\npromote step 4\n')
  })

  test('a rack that streams logs does not read: pings get no response, input is dropped', async () => {
    const clock = manualClock()
    const logs = await open(await startRack({ clock }), '/apps/myapp/logs')
    logs.sendPing('x')
    logs.sendText('y')
    await clock.advance(2000)
    await until(() => logs.text().includes('tick 2'))
    expect(logs.frames.every(({ opcode: code }) => code === 1)).toBe(true)
  })
})
