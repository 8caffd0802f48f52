// @vitest-environment happy-dom
import { act, cleanup, render } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { ObserveModeBadge, ObserveModeIcon } from './observe-mode-badge.tsx'

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

test('the badge and the sign disappear when observe mode ends', () => {
  vi.useFakeTimers({ now: Date.parse('2027-01-31T12:00:00Z') })
  const observing = { until: '2027-01-31T12:00:05Z' }
  const { container } = render(
    <>
      <ObserveModeBadge observing={observing} />
      <ObserveModeIcon observing={observing} />
    </>,
  )
  expect(container.textContent).toContain('Observe mode until')
  expect(container.querySelectorAll('svg')).toHaveLength(2)
  act(() => vi.advanceTimersByTime(4_000))
  expect(container.querySelectorAll('svg')).toHaveLength(2)
  act(() => vi.advanceTimersByTime(1_000))
  expect(container.innerHTML).toBe('')
})

test.each([null, undefined])('a rack on which the policy is enforced has none: %s', (observing) => {
  const { container } = render(<ObserveModeBadge observing={observing} />)
  expect(container.innerHTML).toBe('')
})
