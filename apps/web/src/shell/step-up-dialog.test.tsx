// @vitest-environment happy-dom
import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { createQueryClient } from '../api/queries.ts'
import { useSessionEnd } from '../api/session-end.ts'
import { sendRequest } from '../api/step-up/send-request.ts'
import {
  cancelWaitingCalls,
  currentProof,
  forgetProof,
  StepUpCanceled,
  useWaitingCall,
} from '../api/step-up/waiting-calls.ts'
import StepUpDialog from './step-up-dialog.tsx'

vi.mock('@tanstack/react-router', () => ({
  Link: ({ to, children }: { to: string; children: ReactNode }) => <a href={to}>{children}</a>,
}))

afterEach(() => {
  cancelWaitingCalls()
  cleanup()
  forgetProof()
})

const stepUp = {
  id: 's1',
  calls: [{ rack: 'staging', app: 'web', route: 'GET /apps/{app}/releases', command: null }],
  level: 'recent',
  withinSeconds: 600,
  methods: ['totp', 'backup-code'],
}
const refused = (error: string, code: string, headers = {}, status = 403) =>
  Response.json({ error, code, rule: 'r', requestId: 'q', stepUp: { id: 's1', page: '/p' } }, { status, headers })
const needed = () => refused('A second factor is required.', 'RGW_STEP_UP_NEEDED')

/** Stubs the gateway. `proof`: its responses to the first attempts to prove a factor. Later attempts succeed. */
function respond({ stepUpBody = stepUp as object, proof = [] as readonly Response[] } = {}) {
  const attempts = [...proof]
  const calls: string[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    calls.push(`${init.method} ${path} ${new Headers(init.headers).get('step-up') ?? ''}`.trim())
    if (path.endsWith('/proof'))
      return attempts.shift() ?? Response.json({ proof: 'rgp_1', result: null, method: 'totp', provedAt: '' })
    if (path.includes('/step-ups/')) return Response.json(stepUpBody)
    return new Headers(init.headers).has('step-up') ? Response.json({ done: true }) : needed()
  })
  return calls
}

function Waiting() {
  const call = useWaitingCall()
  return call && <StepUpDialog key={call.key} call={call} />
}

function start(action?: string) {
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Waiting />
    </QueryClientProvider>,
  )
  const response = sendRequest('/bindings', { method: 'POST', headers: {}, action })
  response.catch(() => {})
  return response
}

const field = () => screen.findByLabelText(/^Code of your authenticator app/)
const type = async (code: string) => {
  await userEvent.clear(await field())
  await userEvent.type(await field(), code)
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }))
}

test('names the action, and goes away after the proof', async () => {
  const calls = respond()
  const response = start('Grant the role ops to ann@example.com')
  await screen.findByText('Grant the role ops to ann@example.com')
  await type('123 456')
  expect(await (await response).json()).toEqual({ done: true })
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(calls.at(-1)).toBe('POST /bindings rgp_1')
})

test('without an action, the dialog describes the first call of the step-up', async () => {
  respond()
  start()
  await screen.findByText('List releases: web on staging')
})

test('offers only methods that the policy accepts and the person has', async () => {
  respond({ stepUpBody: { ...stepUp, methods: ['passkey'], withinSeconds: null } })
  start('Delete')
  await screen.findByRole('button', { name: 'Use a passkey' })
  await screen.findByText(/each time/)
  expect(screen.queryByRole('button', { name: /instead/ })).toBeNull()
})

test('a person without such a method is led to add one', async () => {
  respond({ stepUpBody: { ...stepUp, methods: [] } })
  start('Delete')
  const link = await screen.findByRole('link', { name: 'Add a second factor' })
  expect([link.getAttribute('href'), link.getAttribute('target')]).toEqual([
    '/gateway/second-factors?from=other-tab',
    '_blank',
  ])
  expect(screen.queryByRole('button', { name: 'Confirm' })).toBeNull()
})

test('if the factor was removed, the error of the API is shown, and another method can be used', async () => {
  respond({ proof: [refused('You have no authenticator app as a second factor.', 'RGW_FACTOR_NOT_PROVED')] })
  const response = start('Delete')
  await type('123456')
  await screen.findByText('You have no authenticator app as a second factor.')
  await userEvent.click(screen.getByRole('button', { name: 'Use a backup code instead' }))
  expect(screen.queryByText('You have no authenticator app as a second factor.')).toBeNull()
  await userEvent.type(await screen.findByLabelText(/^Backup code/), 'aaaa-bbbb-cccc')
  await userEvent.click(screen.getByRole('button', { name: 'Confirm' }))
  expect((await response).status).toBe(200)
})

test('too many attempts wait as long as the gateway says', async () => {
  const limit = refused('Too many codes were wrong.', 'RGW_FACTOR_NOT_PROVED', { 'retry-after': '900' })
  respond({ proof: [limit] })
  start('Delete')
  await type('123456')
  await screen.findByText(/^You can try again at/)
  expect(screen.getByRole('button', { name: 'Confirm' }).hasAttribute('disabled')).toBe(true)
})

test('a step-up that has ended is asked for again', async () => {
  respond({ proof: [refused('This step-up is older than five minutes.', 'RGW_STEP_UP_ENDED', {}, 409)] })
  const response = start('Delete')
  await type('123456')
  await userEvent.click(await screen.findByRole('button', { name: 'Ask again' }))
  await waitFor(async () => expect((await field()).getAttribute('value')).toBe(''))
  await type('123456')
  expect((await response).status).toBe(200)
})

test('Escape and Cancel leave everything as it was', async () => {
  const calls = respond()
  const escaped = start('Delete')
  await field()
  await userEvent.keyboard('{Escape}')
  await expect(escaped).rejects.toThrow(StepUpCanceled)
  cleanup()
  const canceled = start('Delete')
  await field()
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }))
  await expect(canceled).rejects.toThrow(StepUpCanceled)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(currentProof()).toBeNull()
  expect(calls.filter((call) => call.includes('proof'))).toEqual([])
})

test('a session that ended meanwhile is reported on the page', async () => {
  respond({ proof: [refused('Your session was revoked.', 'RGW_UNAUTHENTICATED', {}, 401)] })
  start('Delete')
  await type('123456')
  await screen.findByText('Your session was revoked.')
  expect(renderHook(() => useSessionEnd()).result.current?.message).toBe('Your session was revoked.')
})
