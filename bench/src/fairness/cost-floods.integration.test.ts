import { createServer, type IncomingMessage } from 'node:http'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'
import { type Role, roles } from '../workloads/workload.ts'
import { costFloods } from './cost-floods.ts'
import { createTokens } from './listed-tokens.ts'

const tokens = Object.fromEntries(roles.map((role) => [role, `token-of-${role}`])) as Record<Role, string>

/** Runs a flood until its first request has arrived. */
async function firstRequest(name: string): Promise<{ readonly head: IncomingMessage; readonly body: string }> {
  const server = createServer({ maxHeaderSize: 64 * 1024 })
  const { url, close } = await listen(server)
  onTestFinished(close)
  return new Promise((resolve) => {
    server.once('request', async (head: IncomingMessage) => {
      const chunks = await head.toArray()
      running?.stop()
      resolve({ head, body: Buffer.concat(chunks).toString() })
    })
    const running = costFloods[name]?.start({ url, tokens })
  })
}

test('the cookies fit in the headers that the gateway accepts', async () => {
  const { head } = await firstRequest('cookies')
  expect(head.headers.cookie?.split(';')).toHaveLength(12_000)
  expect(head.headers.authorization).toBeUndefined()
})

test('the nested JSON is valid', async () => {
  const { head, body } = await firstRequest('nested-json')
  expect([head.url, head.headers.authorization]).toEqual(['/gateway/api/v1/policy/check', 'Bearer token-of-viewer'])
  expect(body.length).toBeGreaterThan(999_900)
  expect(() => JSON.parse(body)).not.toThrow()
})

test.each([
  ['build-arguments', 'build-args', /^A=1(?:,A=1)+$/],
  ['environments', 'env', /^(?:K\d+=v+(?:\n|$)){9990}$/],
])('the form of %s is as large as the gateway accepts', async (name, field, pattern) => {
  const { body } = await firstRequest(name)
  expect(body.length).toBeGreaterThan(4 * 1024 * 1024 - 16_000)
  expect(body.length).toBeLessThanOrEqual(4 * 1024 * 1024)
  expect(pattern.test(new URLSearchParams(body).get(field) ?? '')).toBe(true)
})

test('the command is as long as the gateway accepts', async () => {
  const { head } = await firstRequest('long-commands')
  expect(head.headers.command).toHaveLength(7_999)
})

test('only missing tokens are created', async () => {
  let created = 0
  const server = createServer((request, response) => {
    if (request.method === 'POST') created++
    response.writeHead(request.method === 'POST' ? 201 : 200).end(JSON.stringify({ items: [1, 2, 3] }))
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  await createTokens(url, tokens.viewer, 5)
  expect(created).toBe(2)
})
