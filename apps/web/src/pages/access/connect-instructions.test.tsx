// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { afterEach, expect, test, vi } from 'vitest'
import { ConnectInstructions } from './connect-instructions.tsx'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

async function convoxLines(origin: string): Promise<string[]> {
  vi.stubGlobal('location', new URL(origin))
  render(<ConnectInstructions organization="acme" racks={['staging', 'production']} />)
  await userEvent.click(screen.getByRole('tab', { name: 'convox login' }))
  return [...screen.getByRole('tabpanel').querySelectorAll('pre')].map(({ textContent }) => textContent ?? '')
}

test('the lines for the stock CLI name the organization and the rack, and a link leads to the token page', async () => {
  expect(await convoxLines('https://gateway.example.com')).toEqual([
    'convox login gateway.example.com -t TOKEN',
    'convox racks',
    'convox apps -r acme/staging',
  ])
  const link = screen.getByRole('link', { name: 'Create a token for this command' })
  expect(link.getAttribute('href')).toBe('/gateway/convox')
})

test('without TLS, the stock CLI is told to use http', async () => {
  expect(await convoxLines('http://localhost:3000')).toEqual([
    'export X_DEV_ALLOW_HTTP=true',
    'convox login localhost:3000 -t TOKEN',
    'convox racks',
    'convox apps -r acme/staging',
  ])
})
