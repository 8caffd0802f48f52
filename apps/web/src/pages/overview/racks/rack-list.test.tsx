// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { RackList } from './rack-list.tsx'

afterEach(cleanup)

const racks = Array.from({ length: 9 }, (_, number) => ({
  name: `rack-${number}`,
  state: 'reachable' as const,
  status: 'running',
  version: `3.24.${number}`,
  why: null,
  latencyMs: 12,
  certificate: null,
  checkedAt: '2027-01-31T12:00:00Z',
  observing: null,
}))
const details = () => screen.queryAllByText(/ · 12 ms$/).map(({ textContent }) => textContent)

test('of many healthy racks, the version of each is shown on demand', () => {
  render(<RackList racks={racks} />)
  expect(details()).toEqual([])
  fireEvent.click(screen.getByRole('button', { name: 'Show each' }))
  expect(details()).toEqual(racks.map(({ version }) => `${version} · 12 ms`))
})

test('racks that have not answered are listed after racks with a problem', () => {
  const [first, second] = racks
  if (first === undefined || second === undefined) throw new Error('there are no racks')
  const down = { ...second, state: 'unreachable' as const, why: 'The rack cannot be reached.' }
  render(<RackList racks={[first, down]} waitingFor={['a', 'b', 'c', 'd']} />)
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/^rack-1Unreachable/),
    'Asking a, b, c, and 1 more…',
    expect.stringMatching(/^rack-0Reachable/),
  ])
})

test('a longer limit shows each rack at once', () => {
  render(<RackList racks={racks} maxRows={Number.POSITIVE_INFINITY} />)
  expect(details()).toHaveLength(9)
  expect(screen.queryByRole('button')).toBeNull()
})

test('the counts of the last hour have their place before they are there', () => {
  const { rerender } = render(<RackList racks={racks.slice(0, 2)} activity="pending" />)
  expect(screen.getAllByText('Last hour: …')).toHaveLength(2)
  rerender(<RackList racks={racks} activity="pending" />)
  screen.getByText(/ · last hour: …/)
})
