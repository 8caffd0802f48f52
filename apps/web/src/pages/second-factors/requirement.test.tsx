// @vitest-environment happy-dom
import type { ResponseOf } from '@rack-gateway/gateway-api'
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Requirement } from './requirement.tsx'

afterEach(cleanup)

const minutesAhead = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

function textOf(settings: Partial<ResponseOf<'secondFactorSettings'>>, hasFactor = false): string | null {
  const all = { passkeys: true, passkeysReason: null, required: true, requiredBy: null, freshLogin: true, ...settings }
  return render(<Requirement settings={all} hasFactor={hasFactor} />).container.textContent
}

test('without a requirement there is no text', () => {
  expect(textOf({ required: false })).toBe('')
})

test('the text says for which actions, or from when on, the policy requires a second factor', () => {
  expect(textOf({})).toBe(
    'The policy requires a second factor for some actions that your roles allow. Add one before you need it.',
  )
  expect(textOf({ requiredBy: minutesAhead(1) })).toMatch(
    /^The policy requires a second factor from .+ on\. Without one, you can then only manage your own account\.$/,
  )
  expect(textOf({ requiredBy: minutesAhead(-1) })).toMatch(
    /^The policy requires a second factor since .+\. Until you add one, you can only manage your own account\.$/,
  )
})

test('a person with a second factor reads that nothing is missing', () => {
  for (const requiredBy of [null, minutesAhead(-1)])
    expect(textOf({ requiredBy }, true)).toBe('The policy requires a second factor of you, and you have one.')
})
