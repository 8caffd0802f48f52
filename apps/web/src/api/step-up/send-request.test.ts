import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../errors/api-error.ts'
import { sendRequest } from './send-request.ts'
import {
  cancelWaitingCalls,
  currentProof,
  forgetProof,
  StepUpCanceled,
  settleWithProof,
  type WaitingCall,
  waitingCalls,
} from './waiting-calls.ts'

afterEach(() => {
  cancelWaitingCalls()
  forgetProof()
})

const change = { method: 'POST', headers: { accept: 'application/json' }, body: '{"name":"x"}', action: 'Create x' }
const read = { method: 'GET', headers: {} }

const denial = (id: string) => ({
  error: 'A second factor is required. Prove it.',
  code: 'RGW_STEP_UP_NEEDED',
  stepUp: { id, page: '/p' },
})
const refused = (id: string, headers = {}) => Response.json(denial(id), { status: 403, headers })

/** The responses of the gateway, one after the other. */
function respond(...responses: readonly Response[]) {
  const left = [...responses]
  const fetched = vi.fn(async (_path: string, _init: RequestInit) => left.shift() ?? Response.json({ done: true }))
  vi.stubGlobal('fetch', fetched)
  return {
    fetched,
    proofs: () => fetched.mock.calls.map(([, init]) => new Headers(init.headers).get('step-up')),
  }
}

async function firstWaitingCall(): Promise<WaitingCall> {
  await vi.waitFor(() => expect(waitingCalls()).not.toEqual([]))
  const [call] = waitingCalls()
  if (call === undefined) throw new Error('no call waits')
  return call
}

test('a denied change is sent again with the proof, and the caller gets the second response', async () => {
  const { fetched, proofs } = respond(refused('s1'), Response.json({ token: 'rgt_1' }))
  const response = sendRequest('/tokens', change)
  const call = await firstWaitingCall()
  expect(call).toMatchObject({ stepUpId: 's1', action: 'Create x' })
  settleWithProof(call, { secret: 'rgp_1', withinSeconds: null })
  expect(await (await response).json()).toEqual({ token: 'rgt_1' })
  expect(proofs()).toEqual([null, 'rgp_1'])
  expect(fetched.mock.calls.map(([path, init]) => [path, init.method, init.body])).toEqual([
    ['/tokens', 'POST', change.body],
    ['/tokens', 'POST', change.body],
  ])
  expect(waitingCalls()).toEqual([])
})

test('a proof for one call is not sent with a later one', async () => {
  const { proofs } = respond(refused('s1'))
  const response = sendRequest('/tokens', change)
  settleWithProof(await firstWaitingCall(), { secret: 'rgp_1', withinSeconds: null })
  await response
  await sendRequest('/tokens', change)
  expect(proofs()).toEqual([null, 'rgp_1', null])
})

test('a recent proof is sent with later calls until it no longer counts', async () => {
  const now = vi.spyOn(Date, 'now').mockReturnValue(1_000_000)
  const { proofs } = respond(refused('s1'))
  const response = sendRequest('/tokens', change)
  settleWithProof(await firstWaitingCall(), { secret: 'rgp_1', withinSeconds: 600 })
  await response
  now.mockReturnValue(1_599_999)
  await sendRequest('/tokens', read)
  now.mockReturnValue(1_600_000)
  await sendRequest('/tokens', read)
  expect(proofs()).toEqual([null, 'rgp_1', 'rgp_1', null])
})

test('a reusable proof sends all waiting calls again, and a call that is denied again asks for its own proof', async () => {
  const { proofs } = respond(refused('s1'), refused('s2'), Response.json({}), refused('s3'), Response.json({}))
  const both = [sendRequest('/a', read), sendRequest('/b', read)]
  await vi.waitFor(() => expect(waitingCalls()).toHaveLength(2))
  settleWithProof(await firstWaitingCall(), { secret: 'rgp_1', withinSeconds: 600 })
  const again = await firstWaitingCall()
  expect(again.stepUpId).toBe('s3')
  settleWithProof(again, { secret: 'rgp_2', withinSeconds: null })
  for (const response of await Promise.all(both)) expect(response.status).toBe(200)
  expect(proofs()).toEqual([null, null, 'rgp_1', 'rgp_1', 'rgp_2'])
})

test('a call that is denied with its own proof does not ask for another proof', async () => {
  respond(refused('s1'), refused('s2'))
  const response = sendRequest('/tokens', change)
  settleWithProof(await firstWaitingCall(), { secret: 'rgp_1', withinSeconds: null })
  expect((await response).status).toBe(403)
  expect(waitingCalls()).toEqual([])
})

test('a call that is sent again without a proof asks for another step-up', async () => {
  respond(refused('s1'), refused('s2'))
  const response = sendRequest('/tokens', change)
  const first = await firstWaitingCall()
  first.settle({ kind: 'repeat' })
  await vi.waitFor(async () => expect((await firstWaitingCall()).stepUpId).toBe('s2'))
  settleWithProof(await firstWaitingCall(), { secret: 'rgp_1', withinSeconds: null })
  expect((await response).status).toBe(200)
})

test('a canceled change throws StepUpCanceled, and a canceled read throws the denial of the gateway', async () => {
  const { fetched } = respond(refused('s1'), refused('s2'))
  const both = Promise.allSettled([sendRequest('/a', change), sendRequest('/b', read)])
  await vi.waitFor(() => expect(waitingCalls()).toHaveLength(2))
  cancelWaitingCalls()
  const [changed, seen] = (await both) as PromiseRejectedResult[]
  expect(changed?.reason).toBeInstanceOf(StepUpCanceled)
  expect(seen?.reason).toBeInstanceOf(ApiError)
  expect(seen?.reason.message).toBe(denial('').error)
  expect(fetched).toHaveBeenCalledTimes(2)
})

test('a closed page does not ask for a proof', async () => {
  respond(refused('s1'))
  const controller = new AbortController()
  const response = sendRequest('/a', { ...read, signal: controller.signal })
  await firstWaitingCall()
  controller.abort(new Error('left'))
  await expect(response).rejects.toThrow('left')
  expect(waitingCalls()).toEqual([])
})

test.each([
  ['a rack', refused('s1', { 'answered-by': 'rack' })],
  ['another error', Response.json({ ...denial('s1'), code: 'RGW_NOT_PERMITTED' }, { status: 403 })],
  ['another status', Response.json(denial('s1'), { status: 409 })],
  ['a response without a step-up', Response.json({ ...denial('s1'), stepUp: undefined }, { status: 403 })],
  ['a response with a strange step-up', Response.json({ ...denial('s1'), stepUp: { id: 7 } }, { status: 403 })],
])('%s never opens the dialog', async (_, response) => {
  respond(response)
  expect(await sendRequest('/a', change)).toBe(response)
  expect(waitingCalls()).toEqual([])
})

test('the proof is stored only in memory', async () => {
  respond(refused('s1'))
  const response = sendRequest('/tokens', change)
  settleWithProof(await firstWaitingCall(), { secret: 'rgp_kept', withinSeconds: 600 })
  await response
  expect(currentProof()).toBe('rgp_kept')
  forgetProof()
  expect(currentProof()).toBeNull()
})
