import { connectRaw } from '@rack-gateway/testing/http'
import { expect, onTestFinished, test } from 'vitest'
import { canMeasure, startGatewayProcess } from '../support/gateway/gateway-process.ts'
import { startSystem } from '../support/gateway/system.ts'

const mebibyte = 2 ** 20

test('unfinished heads of many connections use a limited amount of memory, and the largest are closed', async () => {
  const system = await startSystem({ limits: { connections: 2_000 } })
  onTestFinished(() => system.stop())
  const head = 'GET /check HTTP/1.1\r\nHost: gateway\r\n'
  const polite = await connectRaw(system.url)
  polite.send(`${head}X-Cookie: ${'x'.repeat(8_000)}`)
  const large = Buffer.from(`${head}${`X-Large: ${'x'.repeat(240)}\r\n`.repeat(240)}`)
  expect(large.length).toBeLessThan(64 * 1_024)
  const hostile = await Promise.all(
    Array.from({ length: 700 }, async (_, index) => {
      const connection = await connectRaw(system.url, { localAddress: `127.0.1.${1 + (index % 100)}` })
      connection.send(large)
      return connection
    }),
  )
  const open = () => hostile.filter(({ closed }) => !closed).length
  await expect.poll(() => open() * large.length).toBeLessThan(32 * mebibyte)
  expect(open() * large.length).toBeGreaterThan(16 * mebibyte)
  polite.send('\r\n\r\n')
  expect((await polite.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
  for (const { socket } of [polite, ...hostile]) socket.destroy()
})

test('bodies and answered requests are no unfinished heads', async () => {
  const system = await startSystem({ limits: { connections: 2_000 } })
  onTestFinished(() => system.stop())
  const padding = `X-Padding: ${'x'.repeat(60_000)}\r\n`
  const connections = await Promise.all(
    Array.from({ length: 600 }, async (_, index) => {
      const connection = await connectRaw(system.url, { localAddress: `127.0.2.${1 + (index % 100)}` })
      connection.send(`GET /check HTTP/1.1\r\nHost: gateway\r\n${padding}\r\n`)
      await connection.nextMessage()
      return connection
    }),
  )
  const unfinished = 'GET /check HTTP/1.1\r\nHost: gateway\r\n'
  for (const connection of connections) connection.send(unfinished)
  for (const connection of connections) connection.send('\r\n')
  for (const connection of connections) expect((await connection.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
  for (const { socket } of connections) socket.destroy()
})

test('pipelined requests wait as bytes, so that they need little memory, and do not delay others', async () => {
  const lines: string[] = []
  const system = await startSystem({ log: (line) => lines.push(line) })
  onTestFinished(() => system.stop())
  const check = 'GET /check HTTP/1.1\r\nHost: x\r\n\r\n'
  const hostile = await Promise.all(Array.from({ length: 20 }, () => connectRaw(system.url)))
  const pipelined = check.repeat(2_000)
  for (const connection of hostile) connection.send(pipelined)
  const polite = await connectRaw(system.url)
  polite.send(check)
  expect((await polite.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
  const responses = () => hostile.map(({ received }) => received.split('HTTP/1.1 ').length - 1)
  expect(Math.min(...responses())).toBeLessThan(2_000)
  await expect.poll(responses, { timeout: 60_000 }).toEqual(hostile.map(() => 2_000))
  expect(lines.filter((line) => line.includes('memory of heads'))).toEqual([])
  for (const { socket } of [polite, ...hostile]) socket.destroy()
})

test.runIf(canMeasure)('a request whose body broke off after the response is not kept in memory', async () => {
  const system = await startSystem()
  onTestFinished(() => system.stop())
  const gateway = await startGatewayProcess(system, system.rack, { REQUEST_TIMEOUT: '10m' })
  onTestFinished(() => gateway.stop())
  const padding = `X-Padding: ${'x'.repeat(250)}\r\n`.repeat(220)
  const text = `POST /gateway/nothing HTTP/1.1\r\nHost: gateway\r\nContent-Length: 100\r\n${padding}\r\n`
  async function breakOff(count: number): Promise<void> {
    const connections = await Promise.all(Array.from({ length: count }, () => connectRaw(gateway.url)))
    for (const connection of connections) {
      connection.send(text)
      await connection.waitFor('HTTP/1.1 404')
      connection.end()
    }
  }
  await breakOff(20)
  const { heap } = await gateway.memory()
  await breakOff(200)
  await expect.poll(async () => (await gateway.memory()).heap - heap).toBeLessThan(5 * mebibyte)
})
