import { createServer } from 'node:http'
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy'
import Fastify from 'fastify'
import { Agent } from 'undici'
import { beforeAll, describe, expect, test } from 'vitest'
import { proxyOptions } from '../proxy-options.ts'
import { listening } from '../subjects/listening.ts'
import { cases } from './cases.ts'
import { sendRaw } from './client.ts'
import { type FidelityRow, fidelity } from './table.ts'
import { startUpstream } from './upstream.ts'
import { bytesOf, differences, judge } from './verdict.ts'

let rows: readonly FidelityRow[]
beforeAll(async () => {
  rows = await fidelity()
})

function row(name: string): FidelityRow {
  const found = rows.find(({ one }) => one.name === name)
  if (!found) throw new Error(`there is no case ${name}`)
  return found
}

/** Refused by the header policy, and a body that the gateway refuses before it comes to a rack. */
const refused = ['a header twice, alike', 'a header twice in two spellings', 'a header that `Connection` names']
const bodyOfGet = 'a GET with a body'

describe('through rack.send', () => {
  test('whatever the canonical target admits arrives byte for byte', () => {
    const admitted = rows.filter(({ admitted }) => admitted)
    const others = admitted.filter(({ one }) => ![...refused, bodyOfGet].includes(one.name))
    expect(others.length).toBeGreaterThan(10)
    for (const { one, verdicts } of others)
      expect([one.name, verdicts['rack.send']]).toEqual([one.name, { kind: 'same' }])
  })

  test.each(refused)('%s is refused, since a rack could read another value than was judged', (name) => {
    expect(row(name).verdicts['rack.send']).toEqual({ kind: 'refused', status: 400 })
  })

  test('nothing that is not canonical would be repaired: it is sent as it is, so the canonical check is the only door', () => {
    for (const { one, admitted, verdicts } of rows)
      if (!admitted) expect([one.name, verdicts['rack.send'].kind]).toEqual([one.name, 'same'])
  })
})

describe('through @fastify/http-proxy', () => {
  test('an object key that is not UTF-8 never gets to the rack', () => {
    expect(row('an escaped byte of 0x80 or more').verdicts['@fastify/http-proxy']).toEqual({
      kind: 'refused',
      status: 400,
    })
  })

  test('a doubled header becomes one with a comma, and one that Connection names is gone', () => {
    const joined = { kind: 'changed', what: ['command: sleep 1, sh'] }
    expect(row('a header twice, alike').verdicts['@fastify/http-proxy']).toEqual(joined)
    expect(row('a header that `Connection` names').verdicts['@fastify/http-proxy']).toEqual({
      kind: 'changed',
      what: ['without command'],
    })
  })

  test('the target of reply.from goes through a URL parser, which rewrites it', () => {
    expect(row('a broken escape in the query').verdicts['reply.from(target)']).toEqual({ kind: 'refused', status: 500 })
    expect(row("`'` in the query").verdicts['reply.from(target)']).toMatchObject({ kind: 'changed' })
  })
})

describe('a GET that is answered with 503', () => {
  async function attempts(options: (url: string, agent: Agent) => FastifyHttpProxyOptions): Promise<number> {
    let attempts = 0
    const server = createServer((_request, response) => {
      attempts++
      response.writeHead(503, { Connection: 'close' }).end()
    })
    const agent = new Agent()
    const app = Fastify({ logger: false })
    await app.register(httpProxy, options(await listening(server), agent))
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    expect(await sendRaw(url, 'GET /apps? HTTP/1.1\r\nHost: x\r\n\r\n')).toBe(503)
    await app.close()
    await agent.destroy()
    server.close()
    return attempts
  }

  test('is sent again and again by @fastify/http-proxy, and once with the options that are measured', async () => {
    expect(await attempts((upstream, agent) => ({ upstream, undici: agent }))).toBe(11)
    expect(await attempts(proxyOptions)).toBe(1)
  })
})

describe('the probe itself', () => {
  test('finds everything the same when the upstream is asked directly', async () => {
    const upstream = await startUpstream()
    for (const one of cases)
      expect([one.name, await judge(one, upstream, upstream)]).toEqual([one.name, { kind: 'same' }])
    await upstream.close()
  })

  test('names each difference', () => {
    const one = { name: 'x', method: 'GET', target: '/a', headers: [['A', '1']], body: 'b' } as const
    const received = { method: 'PUT', target: '/b', headers: [['a', '2']], body: '' } as const
    expect(differences(one, received)).toEqual(['method PUT', 'target /b', 'a: 2', 'without the body'])
    expect(differences(one, { ...one, headers: [] })).toEqual(['without a'])
    expect(differences(one, { ...one, headers: [['a', '1']] })).toEqual(['header names in lower case'])
  })

  test('sends what the case says and nothing else', () => {
    expect(bytesOf({ name: 'x', method: 'GET', target: '/a?' }, 'http://127.0.0.1:1')).toBe(
      'GET /a? HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n',
    )
  })
})
