// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { LoginLink } from './login-link.tsx'

afterEach(cleanup)

test.each([
  ['/gateway/policy?text=built-in#L42', '/gateway/policy?text=built-in#L42'],
  ['/gateway/audit?q=text:migr*#content', '/gateway/audit?q=text:migr*'],
])('on the page %s, the login link returns to %s', (address, returnTo) => {
  history.replaceState(null, '', address)
  render(<LoginLink />)
  const link = screen.getByRole<HTMLAnchorElement>('link')
  expect(new URL(link.href).searchParams.get('return_to')).toBe(returnTo)
})
