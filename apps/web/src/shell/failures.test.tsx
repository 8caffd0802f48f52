// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { LoadFailed } from './failures.tsx'

vi.mock('@tanstack/react-router', () => ({ Link: () => null, useRouter: () => ({}) }))

afterEach(cleanup)

const show = (message: string) => render(<LoadFailed error={new Error(message)} reset={() => {}} />)

test.each([
  'Unable to preload CSS for /gateway/assets/audit-page-1.css',
  'Failed to fetch dynamically imported module: https://gateway.example.com/gateway/assets/audit-page-1.js',
  'Importing a module script failed.',
])('a file that an update of the gateway removed asks for a reload: %s', (message) => {
  show(message)
  screen.getByText(/The gateway was probably updated/)
  screen.getByRole('button', { name: 'Reload the page' })
})

test('any other failure shows its words, and can be tried again', () => {
  show('The rack is slow.')
  screen.getByText('The rack is slow.')
  expect(screen.getByRole('button', { name: 'Try again' })).toBeDefined()
})
