// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ApiError } from '../../api/errors/api-error.ts'
import { StepUpCanceled } from '../../api/step-up/waiting-calls.ts'
import { Problem } from './problem.tsx'

afterEach(cleanup)

const denial = (rule: string) =>
  new ApiError(403, {
    error: 'Denied.',
    code: 'C',
    rule,
    source: 'gateway',
    reason: 'r',
    next: 'n',
    policy: 'p',
    requestId: 'q',
  })

test('a change that the person canceled leaves the page as it was, unless there is more to say', () => {
  const { container } = render(<Problem error={new StepUpCanceled()} />)
  expect(container.textContent).toBe('')
  render(<Problem error={new StepUpCanceled()} action="The release R9 was created, but it does not run." />)
  screen.getByText('The release R9 was created, but it does not run.')
})

test('a person who must add a second factor gets a link to the page', () => {
  render(<Problem error={denial('enrollment')} />)
  expect(screen.getByRole('link', { name: 'Add a second factor' }).getAttribute('href')).toBe('/gateway/second-factors')
})
