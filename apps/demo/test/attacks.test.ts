import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAnswer } from './support/raw-http.ts'
import { type System, startSystem } from './support/system.ts'

/** What an attacker who knows the source has tried, and what it led to. Each test is named after the behaviour that it keeps. */
describe('attacks', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem()
    admin = await system.token('admin')
  })
  afterAll(() => system.stop())
  beforeEach(() => system.rack.clearReceived())

  function basic(token: string): string {
    return `Authorization: Basic ${Buffer.from(`convox:${token}`).toString('base64')}`
  }
  function open(): Socket {
    return connect(system.port, '127.0.0.1').on('error', () => undefined)
  }
  function closed(socket: Socket): Promise<void> {
    return new Promise((resolve) => socket.on('close', () => resolve()).resume())
  }

  test('an upgrade behind a request that is still being answered ends that connection, not the process', async () => {
    const upgrade = 'GET /apps HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const socket = open()
    socket.write(`GET /gateway/health/ready HTTP/1.1\r\nHost: gateway\r\n\r\n${upgrade}`)
    await closed(socket)
    expect((await system.get('/apps?', admin)).status).toBe(200)
  })
})
