import { type IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { mebibyte } from '../support/callers/bulk.ts'
import { type BulkCall, beginCall, textOf } from '../support/callers/caller.ts'
import { type GatewayBefore, startGatewayBefore } from '../support/gateway/gateway-before.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { type PlainRack, startPlainRack } from '../support/racks/plain-rack.ts'

/** Larger than all that a connection of this machine holds, so that the rack can send all of it only when the gateway takes it. */
const size = 15 * mebibyte
const row = { id: 'R1', app: 'myapp', env: 'SECRET=hidden-value', manifest: '', description: 'x'.repeat(64 * 1024) }
const rows = Array.from({ length: Math.ceil(size / (64 * 1024)) }, () => row)
const list = `${JSON.stringify(rows, null, 2)}\n`

describe('large responses', () => {
  let system: System
  let rack: PlainRack
  let gateway: GatewayBefore
  let viewer: string
  let deployer: string
  /** Of all responses so far: those that the gateway has taken to their ends, and those that it was asked for. */
  let taken = 0
  let asked = 0
  /** Responses that the gateway broke off. */
  let brokenOff = 0
  const calls: BulkCall[] = []
  beforeAll(async () => {
    system = await startSystem()
    viewer = await system.token('viewer')
    deployer = await system.token('deployer')
    rack = await startPlainRack({ onRequest: respond })
  })
  afterEach(async () => {
    for (const { request } of calls.splice(0)) request.destroy()
    await gateway.stop()
    taken = 0
    asked = 0
  })
  afterAll(async () => {
    await rack.close()
    await system.stop()
  })

  function respond({ url }: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Content-Type', 'application/json')
    if (url?.includes('/endless/')) {
      response.once('close', () => {
        brokenOff += 1
      })
      return void response.write(list.slice(0, mebibyte))
    }
    if (!url?.includes('/releases')) return void response.end('[]')
    asked += 1
    response.once('finish', () => {
      taken += 1
    })
    response.write(list.slice(0, 1))
    response.end(list.slice(1))
  }
  function ask(token: string, path = '/apps/myapp/releases'): BulkCall {
    const call = beginCall({ port: gateway.port, token }, { method: 'GET', path })
    call.request.end()
    calls.push(call)
    return call
  }
  async function statusOf(call: BulkCall): Promise<number | undefined> {
    const given = await call.response
    await textOf(given)
    return given.statusCode
  }

  test('use at most half of the memory for one caller, and all of it together; small responses need no reservation', async () => {
    gateway = await startGatewayBefore(system, rack, { maskMemory: 32 * mebibyte })
    const first = Array.from({ length: 4 }, () => ask(viewer))
    await expect.poll(() => [asked, taken]).toEqual([4, 1])
    const [begun] = await Promise.race(first.map(async (call) => [call, await call.response] as const))
    expect(await statusOf(ask(viewer, '/apps/myapp/processes'))).toBe(200)
    const others = [ask(deployer), ask(deployer)]
    await expect.poll(() => [asked, taken]).toEqual([6, 2])
    expect(await statusOf(ask(deployer, '/apps/myapp/processes'))).toBe(200)
    expect(taken).toBe(2)
    expect(await statusOf(begun)).toBe(200)
    const rest = [...first, ...others].filter((call) => call !== begun)
    expect(await Promise.all(rest.map(statusOf))).toEqual([200, 200, 200, 200, 200])
    expect(taken).toBe(6)
  })

  test('are masked item by item, and arrive whole', async () => {
    gateway = await startGatewayBefore(system, rack)
    const given = await ask(viewer).response
    const text = await textOf(given)
    expect(text).not.toContain('hidden-value')
    const shown: (typeof row)[] = JSON.parse(text)
    expect([shown.length, Number(given.headers['content-length'])]).toEqual([rows.length, Buffer.byteLength(text)])
    expect(shown.every(({ env, description }) => env.includes('[hidden') && description === row.description)).toBe(true)
  })

  test('are sent over many turns of the event loop, so that other calls run in between', async () => {
    gateway = await startGatewayBefore(system, rack)
    let turn = 0
    let timer = setImmediate(function countTurn() {
      turn += 1
      timer = setImmediate(countTurn)
    })
    const bytesOfTurns = new Map<number, number>()
    const { write } = ServerResponse.prototype
    const spy = vi.spyOn(ServerResponse.prototype, 'write').mockImplementation(function (
      this: ServerResponse,
      ...args
    ) {
      const [part] = args
      if (Buffer.isBuffer(part)) bytesOfTurns.set(turn, (bytesOfTurns.get(turn) ?? 0) + part.length)
      return Reflect.apply(write, this, args)
    })
    onTestFinished(() => {
      clearImmediate(timer)
      spy.mockRestore()
    })
    expect(await statusOf(ask(viewer))).toBe(200)
    const bytes = [...bytesOfTurns.values()]
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(size)
    expect(Math.max(...bytes)).toBeLessThanOrEqual(256 * 1024)
  })

  test('are aborted if the caller does not read them, and their memory is freed', async () => {
    gateway = await startGatewayBefore(system, rack, { maskMemory: 32 * mebibyte, bodyTimeout: 3_000 })
    const stalled = ask(viewer)
    const given = await stalled.response
    const next = ask(viewer)
    expect(await statusOf(next)).toBe(200)
    await expect(textOf(given)).rejects.toThrow('aborted')
    await expect
      .poll(() => system.lastEvent())
      .toMatchObject({ kind: 'closed', close: 'the caller stopped reading, or disconnected' })
  })

  test('are aborted if the audit log fails, so that their memory is freed', async () => {
    gateway = await startGatewayBefore(system, rack, {}, { auditLimits: { deadline: 500 } })
    await system.sql`alter table audit.events add constraint no_call check (kind <> 'call') not valid`
    onTestFinished(async () => {
      await system.sql`alter table audit.events drop constraint no_call`
    })
    const statuses = await Promise.all(Array.from({ length: 4 }, () => statusOf(ask(viewer, '/apps/endless/releases'))))
    expect(statuses).toEqual([503, 503, 503, 503])
    await expect.poll(() => brokenOff).toBe(4)
  })
})
