import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginCall, textOf } from '../support/callers/caller.ts'
import { type GatewayBefore, startGatewayBefore } from '../support/gateway/gateway-before.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { type PlainRack, startPlainRack } from '../support/racks/plain-rack.ts'

const tooDeep = 'it is nested deeper than 32 levels'
const members = (count: number) => Array.from({ length: count }, (_, at) => `"${at.toString(36)}":1`).join()
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`

/** By path. The rack answers 200 with any other path. */
const responses: Readonly<Record<string, () => string>> = {
  '/apps/small': () => nested(40),
  '/apps/deep': () => nested(600_000),
  '/apps/wide': () => `{${members(300_000)}}`,
  '/apps/huge': () => `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`,
  '/apps/deep/releases': () => `${'['.repeat(4_000_000)}${']'.repeat(4_000_000)}`,
  '/apps/wide/releases': () => `[{"id":"R1","app":"wide",${members(300_000)}}]`,
  '/apps/long/releases': () => `[${'{},'.repeat(600_000)}{}]`,
  '/apps/lines/releases': () => JSON.stringify([{ id: 'R1', app: 'lines', env: 'A=b\n'.repeat(20_000) }]),
  '/apps/nested-env/releases': () => `[${nested(100_000)}]`,
  '/apps/wide-env/releases': () => `[{"id":"R1",${members(60_000)}}]`,
}

describe('a hostile rack', () => {
  let system: System
  let rack: PlainRack
  let gateway: GatewayBefore
  let viewer: string
  let deployer: string
  beforeAll(async () => {
    system = await startSystem()
    viewer = await system.token('viewer')
    deployer = await system.token('deployer')
    rack = await startPlainRack({ onRequest: respond })
    gateway = await startGatewayBefore(system, rack)
  })
  afterAll(async () => {
    await gateway.stop()
    await rack.close()
    await system.stop()
  })

  function respond({ url = '' }: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Content-Type', 'application/json')
    const path = url.split('?')[0] ?? ''
    if (path.startsWith('/apps/error')) {
      response.statusCode = 500
      return void response.end(JSON.stringify({ error: 'x'.repeat(Number(path.split('-')[1])) }))
    }
    response.end(responses[path]?.() ?? '[]')
  }

  const get = (path: string) => send(viewer, 'GET', path)

  async function send(token: string, method: string, path: string, form = '') {
    const headers = form === '' ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }
    const call = beginCall({ port: gateway.port, token }, { method, path, headers })
    call.request.end(form)
    const response = await call.response
    return { status: response.statusCode, text: await textOf(response) }
  }

  test.each([
    ['/apps/small', tooDeep],
    ['/apps/deep', tooDeep],
    ['/apps/wide', 'it has more than 10000 members and items'],
    ['/apps/huge', 'a value is larger than 4 MiB'],
    ['/apps/deep/releases', tooDeep],
    ['/apps/wide/releases', 'it has more than 10000 members and items'],
    ['/apps/long/releases', 'it has more than 1000000 members and items'],
    ['/apps/lines/releases', 'an environment has more than 10000 lines'],
  ])('gets no nested, wide, or large JSON of %s parsed', async (path, why) => {
    const { status, text } = await get(path)
    const reason = `The response of the rack staging may contain secrets and could not be masked (${why}), so it is not shown.`
    expect([status, JSON.parse(text)]).toEqual([
      502,
      expect.objectContaining({ code: 'RGW_UNMASKABLE_ANSWER', rule: 'unmaskable-answer', reason }),
    ])
    await expect.poll(() => system.lastEvent()).toMatchObject({ rack: 'staging', status: 502 })
  })

  test.each([
    ['nested-env', tooDeep],
    ['wide-env', 'it has more than 50000 members and items'],
  ])('gets no %s JSON parsed that a decision depends on', async (app, why) => {
    const { status, text } = await send(deployer, 'POST', `/apps/${app}/releases`, 'env=A%3Db')
    expect([status, JSON.parse(text)]).toEqual([
      502,
      expect.objectContaining({
        rule: 'upstream-unclear',
        reason: `The rack staging answered with JSON that cannot be read (${why}) when the gateway asked it for a fact that the decision depends on.`,
      }),
    ])
  })

  test('gets no error above 64 KiB passed on', async () => {
    const { status, text } = await get(`/apps/error-${64 * 1024}`)
    expect([status, JSON.parse(text)]).toEqual([
      502,
      expect.objectContaining({ code: 'RGW_ANSWER_TOO_LARGE', reason: expect.stringContaining('the rack staging') }),
    ])
    expect((await get('/apps/error-60000')).status).toBe(500)
  })
})
