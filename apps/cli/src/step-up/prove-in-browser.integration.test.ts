import { Secret } from '@rack-gateway/config/client'
import type { StepUp } from '@rack-gateway/gateway-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '../invocation/context.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { quietContext } from '../testing/quiet-context.ts'
import { proveInBrowser } from './prove-in-browser.ts'

const id = '01890a5d-ac96-774b-bcce-b302099a8057'
const result = 'r'.repeat(43)
const provedAt = '2030-01-02T12:00:00.000Z'

let gateway: FakeGateway
let notes: string[]
let address: Promise<URL>
let interrupt: AbortController
let context: Context
beforeEach(async () => {
  gateway = await startFakeGateway({ status: 201, body: { proof: 'rgp_secret', method: 'passkey', provedAt } })
  notes = []
  interrupt = new AbortController()
  address = new Promise((resolve) => {
    context = quietContext({
      cwd: '/',
      configPath: '/nowhere/config.json',
      note: (line) => void notes.push(line),
      openBrowser: async (opened) => resolve(new URL(opened)),
    })
  })
})
afterEach(() => gateway.close())

const stepUp = (): StepUp => ({
  id,
  user: { id, email: 'ada@example.com' },
  calls: [],
  address: '127.0.0.1',
  client: null,
  device: 'laptop',
  createdAt: provedAt,
  expiresAt: provedAt,
  provedAt: null,
  level: 'recent',
  withinSeconds: 600,
  methods: ['passkey'],
  delivery: 'callback',
  fromThisAddress: true,
  ownRequest: true,
  page: `${gateway.url}/gateway/step-up?id=${id}`,
})

function prove(change: Partial<StepUp> = {}) {
  const { signal } = interrupt
  const proving = { origin: gateway.url, token: new Secret('rgs_ada'), signal }
  return proveInBrowser(context, proving, { ...stepUp(), ...change })
}

const callbackOf = (opened: URL) => opened.searchParams.get('callback') ?? ''
const dataOf = (text: string) => encodeURIComponent(Buffer.from(text).toString('base64'))
const status = async (url: string) => (await fetch(url)).status

test('the page of the gateway opens with a callback on this machine, and its result is exchanged for the proof', async () => {
  const proving = prove()
  const opened = await address
  expect([opened.origin, opened.pathname, opened.searchParams.get('id')]).toEqual([gateway.url, '/gateway/step-up', id])
  expect(callbackOf(opened)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/)
  expect(notes).toEqual([
    `Waiting for your browser … If it does not open, open this address on this machine: ${opened}`,
  ])
  expect(gateway.requests).toEqual([])
  const page = await fetch(`${callbackOf(opened)}?data=${dataOf(result)}`)
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Go back to the terminal.')])
  const { secret, method } = await proving
  expect([secret.reveal(), method]).toEqual(['rgp_secret', 'passkey'])
  expect(gateway.requests).toEqual([
    { authorization: 'Bearer rgs_ada', path: `/gateway/api/v1/step-ups/${id}/redemption` },
  ])
})

describe('a foreign request to the callback is rejected, and the wait continues', () => {
  test.each<[string, (callback: URL) => string]>([
    ['another path', ({ origin }) => `${origin}/${'p'.repeat(32)}?data=${dataOf(result)}`],
    ['no path', ({ origin }) => `${origin}/?data=${dataOf(result)}`],
    ['a path below it', (callback) => `${callback}/x?data=${dataOf(result)}`],
    ['no data', (callback) => String(callback)],
    ['empty data', (callback) => `${callback}?data=`],
    ['data that is not base64', (callback) => `${callback}?data=%00%0a`],
    [
      'data that is no result',
      (callback) => `${callback}?data=${dataOf('\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007')}`,
    ],
    ['too much data', (callback) => `${callback}?data=${dataOf('r'.repeat(101))}`],
    [
      'the name localhost',
      (callback) => `${String(callback).replace('127.0.0.1', 'localhost')}?data=${dataOf(result)}`,
    ],
  ])('%s', async (_, target) => {
    const proving = prove()
    const callback = callbackOf(await address)
    expect(await status(target(new URL(callback)))).toBe(404)
    expect(gateway.requests).toEqual([])
    expect(await status(`${callback}?data=${dataOf(result)}`)).toBe(200)
    await expect(proving).resolves.toMatchObject({ method: 'passkey' })
  })
})

test('Ctrl-C ends the wait, and the callback is closed', async () => {
  const proving = prove()
  const callback = callbackOf(await address)
  interrupt.abort()
  await expect(proving).rejects.toMatchObject({ code: 'RGW_CLI_INTERRUPTED' })
  await expect(fetch(callback)).rejects.toThrow('fetch failed')
  expect(gateway.requests).toEqual([])
})

test('a page at another address is not opened', async () => {
  for (const page of ['https://evil.example.com/gateway/step-up', 'javascript:alert(1)', 'http://[']) {
    await expect(prove({ page })).rejects.toMatchObject({ code: 'RGW_CLI_GATEWAY_UNREACHABLE' })
  }
  expect(notes).toEqual([])
})

test('a result that the gateway rejects is an error with its sentence', async () => {
  const error =
    'The code, or the proof from the browser, is wrong, or belongs to another session or address. Use a code on the machine and with the token of the denied command, or repeat the command for a new proof.'
  gateway.response = {
    status: 403,
    body: {
      error,
      code: 'RGW_STEP_UP_MISMATCH',
      next: 'Use a code on the machine and with the token of the denied command, or repeat the command for a new proof.',
    },
  }
  const proving = prove()
  const callback = callbackOf(await address)
  expect(await status(`${callback}?data=${dataOf(result)}`)).toBe(200)
  await expect(proving).rejects.toMatchObject({
    code: 'RGW_CLI_STEP_UP_NEEDED',
    message: expect.stringContaining('is wrong, or belongs to another session'),
  })
})
