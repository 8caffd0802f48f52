import { Secret } from '@rack-gateway/config/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FakeGateway, type FakeResponse, startFakeGateway } from '../testing/fake-gateway.ts'
import { quietContext } from '../testing/quiet-context.ts'
import { proveByCode } from './prove-by-code.ts'
import type { UsableMethods } from './usable-methods.ts'

const proved: FakeResponse = {
  status: 201,
  body: { proof: 'rgp_secret', result: null, method: 'totp', provedAt: '2030-01-02T12:00:00.000Z' },
}
const wrong: FakeResponse = {
  status: 403,
  body: {
    error: 'The code is wrong. Type the code that your authenticator app shows now.',
    code: 'RGW_FACTOR_NOT_PROVED',
    rule: 'wrong-code',
    reason: 'The code is wrong.',
    next: 'Type the code that your authenticator app shows now.',
  },
}
const limited: FakeResponse = {
  status: 403,
  headers: { 'retry-after': '600' },
  body: {
    error: 'Too many codes were wrong, so no code is accepted for a while. Use a passkey.',
    code: 'RGW_FACTOR_NOT_PROVED',
    rule: 'factor-limit',
    reason: 'Too many codes were wrong, so no code is accepted for a while.',
    next: 'Use a passkey.',
  },
}

let gateway: FakeGateway
let prompts: string[]
let notes: string[]
beforeEach(async () => {
  gateway = await startFakeGateway(proved)
  prompts = []
  notes = []
})
afterEach(() => gateway.close())

interface Typing {
  readonly usable?: Partial<UsableMethods>
  readonly given?: string
  readonly interactive?: boolean
}

/** Proves with typed codes. The gateway answers each code with the next response. */
function prove(typed: readonly string[], responses: readonly FakeResponse[], options: Typing = {}) {
  const { usable = {}, given = null, interactive = true } = options
  const [next = proved, ...later] = responses
  gateway.response = next
  let at = 0
  const context = quietContext({
    cwd: '/',
    configPath: '/nowhere/config.json',
    interactive,
    note(line) {
      notes.push(line)
      gateway.response = later.shift() ?? proved
    },
    async readSecret(prompt) {
      prompts.push(prompt)
      return typed[at++] ?? ''
    },
  })
  return proveByCode(
    context,
    { origin: gateway.url, token: new Secret('rgs_ada') },
    {
      id: '01890a5d-ac96-774b-bcce-b302099a8057',
      usable: { passkey: false, totp: true, backupCode: true, ...usable },
      initialCode: given,
    },
  )
}

const refused = 'The code is wrong. Type the code that your authenticator app shows now.'

test('a code with spaces is accepted', async () => {
  expect(await prove(['123 456'], [proved])).toMatchObject({ method: 'totp' })
  expect(prompts).toEqual(['Code of your authenticator app, or a backup code: '])
})

test('a wrong code is reported, and asked for again at most twice', async () => {
  expect(await prove(['111111', '222222', '333333'], [wrong, wrong, proved])).toMatchObject({ method: 'totp' })
  expect(notes).toEqual([refused, refused])
  await expect(prove(['111111', '222222', '333333', '444444'], [wrong, wrong, wrong])).rejects.toMatchObject({
    code: 'RGW_CLI_STEP_UP_NEEDED',
    message: refused,
  })
  expect([prompts.length, gateway.requests.length]).toEqual([6, 6])
})

test('input in a wrong format is not sent, because the gateway would count it as an attempt', async () => {
  expect(await prove(['12345', 'x'.repeat(21), '123456'], [wrong, wrong, proved])).toMatchObject({ method: 'totp' })
  expect(gateway.requests).toHaveLength(1)
  expect(notes[0]).toBe(
    'The text is not a code. Type the six digits that your authenticator app shows, or a backup code.',
  )
})

test('after too many attempts, the error has the sentences of the gateway, and the time until the next attempt', async () => {
  await expect(prove(['111111', '222222'], [limited])).rejects.toMatchObject({
    code: 'RGW_CLI_STEP_UP_NEEDED',
    message:
      'Too many codes were wrong, so no code is accepted for a while. Use a passkey. You can try again in 10 minutes.',
  })
  expect(prompts).toHaveLength(1)
})

test('a given code is used once, and only then the user is asked', async () => {
  expect(await prove(['222222'], [wrong, proved], { given: '111111' })).toMatchObject({ method: 'totp' })
  expect([prompts.length, gateway.requests.length]).toEqual([1, 2])
})

test('without a terminal, a wrong code causes no prompt', async () => {
  await expect(prove([], [wrong], { given: '111111', interactive: false })).rejects.toMatchObject({ message: refused })
  expect([prompts.length, gateway.requests.length]).toEqual([0, 1])
})

test('Enter alone chooses the passkey, if there is one', async () => {
  expect(await prove([''], [], { usable: { passkey: true } })).toBe('in browser')
  expect(prompts).toEqual([
    'Code of your authenticator app, or a backup code (press Enter to use a passkey in your browser): ',
  ])
  await expect(prove([''], [])).rejects.toMatchObject({ code: 'RGW_CLI_STEP_UP_NEEDED' })
  expect(gateway.requests).toEqual([])
})
