// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { ApiError } from '../api/errors/api-error.ts'
import { SessionEnded } from './session-ended.tsx'

const end = vi.hoisted(() => ({ error: null as unknown }))
vi.mock('../api/session-end.ts', async (original) => ({
  ...(await original<object>()),
  useSessionEnd: () => end.error,
}))
vi.mock('@tanstack/react-router', () => ({ useRouterState: () => '/policy#L7' }))

afterEach(cleanup)

const denial = (rule: string, next: string) =>
  new ApiError(401, { error: 'e', code: 'C', rule, source: 's', reason: 'Why.', next, policy: 'p', requestId: 'q' })

test.each([
  ['locked-user', 'Ask an administrator to unlock it.', 1],
  ['ended-session', 'Run "rack-gateway login".', 0],
])('the remedy of the rule %s is shown, unless it is for a terminal', (rule, next, count) => {
  end.error = denial(rule, next)
  render(<SessionEnded />)
  screen.getByText('Why.')
  expect(screen.queryAllByText(next)).toHaveLength(count)
  expect(screen.getByRole<HTMLAnchorElement>('link').href).toContain(encodeURIComponent('/gateway/policy#L7'))
})
