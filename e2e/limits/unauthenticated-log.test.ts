import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startSystem } from '../support/gateway/system.ts'

test('requests without a credential write few and short lines, however many are pipelined past the 429', async () => {
  const lines: string[] = []
  const system = await startSystem({ log: (line) => lines.push(line), logLevel: 'info', unauthenticatedPerMinute: 10 })
  const path = `/apps/${'a'.repeat(6_000)}`
  const targets = [path, '/gateway/nothing', '/gateway/health/live', '/apps/../x', `${path}?q=${'b'.repeat(1_000)}`]
  const request = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`
  const requests = Array.from({ length: 200 }, (_, count) => request(targets[count % targets.length] ?? ''))
  // The gateway closes each connection after a 429.
  async function flood(): Promise<void> {
    const socket = connect(system.port, '127.0.0.1').on('error', () => {})
    socket.end(requests.join(''))
    socket.resume()
    await once(socket, 'close')
  }
  await Promise.all(Array.from({ length: 100 }, flood))
  await system.stop()
  const calls = lines.map((line) => JSON.parse(line)).filter(({ event }) => String(event).startsWith('call'))
  expect(calls.length).toBeGreaterThan(0)
  expect(calls.length).toBeLessThan(20)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1_000)
  expect(calls.reduce((sum, { times = 1 }) => sum + times, 0)).toBeGreaterThan(50)
})
