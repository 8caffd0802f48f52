// @vitest-environment happy-dom
import type { PolicyMatrix, WouldBe } from '@rack-gateway/gateway-api'
import { cleanup, render, screen, within } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { useMe } from '../../../api/queries.ts'
import { WouldBeResult } from './would-be-result.tsx'

vi.mock('@tanstack/react-router', () => ({
  Link: ({ children, ...to }: { readonly children: ReactNode }) => <a href={JSON.stringify(to)}>{children}</a>,
}))
vi.mock('../../../api/queries.ts', () => ({ useMe: vi.fn() }))

afterEach(cleanup)

const row: WouldBe['rows'][number] = {
  effect: 'deny',
  principal: { kind: 'user', id: 'u1', name: 'ann@example.com' },
  rack: 'staging',
  app: 'web',
  route: 'DELETE /apps/{app}',
  command: null,
  rule: 'no-permission',
  reason: 'app:delete on web needs the role admin.',
  stopped: 0,
  count: 3,
  last: '2027-01-31T11:00:00Z',
  event: 'e1',
}
const report: WouldBe = {
  policy: 'aa',
  since: '2027-01-24T12:00:00Z',
  until: '2027-01-31T12:00:00Z',
  calls: 9,
  hidden: 0,
  resolved: 0,
  unclear: 0,
  cut: null,
  rows: [],
  more: 0,
}
const routes = [{ id: 'DELETE /apps/{app}', permission: 'app:delete', summary: 'Deletes an app.' }]

interface Shown {
  readonly observed?: readonly string[]
  readonly rack?: string
  readonly sort?: string
}

function show(changes: Partial<WouldBe>, { observed = [], rack = '', sort }: Shown = {}): void {
  const until = new Date(Date.now() + 60_000).toISOString()
  const observing = Object.fromEntries(observed.map((name) => [name, { until }]))
  vi.mocked(useMe).mockReturnValue({ observing } as ReturnType<typeof useMe>)
  render(
    <WouldBeResult
      report={{ ...report, ...changes }}
      routes={routes as unknown as PolicyMatrix['routes']}
      scope={{ since: '7d', rack }}
      sort={sort}
      onSort={() => {}}
    />,
  )
}

const cells = (line: number) => within(screen.getAllByRole('row')[line] as HTMLElement).getAllByRole('cell')
const texts = (line: number) => cells(line).map(({ textContent }) => textContent)

test('a row says who would be denied what, where, how often, and by which rule', () => {
  const token = { kind: 'api-token', id: 't1', name: 'pipeline' }
  const other = { ...row, effect: 'require', principal: token, rule: 'step-up:rule deletes', stopped: 2 } as const
  show({ rows: [row, { ...other, app: null, route: 'GET /unknown', command: 'rake x', event: null }] })
  expect(texts(1).slice(0, 5)).toEqual([
    '3',
    'ann@example.com',
    'staging/web',
    'Deletes an app.',
    'Would be deniedapp:delete on web needs the role admin.Rule no-permission',
  ])
  expect(texts(2).slice(0, 4)).toEqual([
    '3 2 stopped by the CLI',
    'pipeline (API token)',
    'staging',
    'GET /unknown rake x',
  ])
  const links = screen.getAllByRole('link').map((link) => [link.textContent, link.getAttribute('href')])
  expect(links).toEqual([
    ['no-permission', expect.stringContaining('"permission":"app:delete"')],
    ['Example event', expect.stringContaining('"event":"e1"')],
    ['step-up:rule deletes', expect.stringContaining('"hash":"second-factors"')],
  ])
})

test('the sums are by effect, and at least so many if rows are left out', () => {
  show({ rows: [row, { ...row, effect: 'require', rule: 'x', count: 1 }], more: 2 })
  expect(screen.getByRole('status').textContent).toMatch(
    /^Would be denied: at least 3 callsWould need a proof: at least 1 callOf 9 recorded calls since/,
  )
  screen.getByText('2 less frequent rows are not shown.')
})

test.each([
  ['last', ['bob', 'ann@example.com']],
  ['-last', ['ann@example.com', 'bob']],
  ['calls', ['ann@example.com', 'bob']],
  ['-calls', ['bob', 'ann@example.com']],
])('the rows are sorted by %s', (sort, names) => {
  const bob = { kind: 'user', id: 'u2', name: 'bob' }
  show({ rows: [row, { ...row, principal: bob, count: 10, last: '2027-01-31T10:00:00Z' }] }, { sort })
  expect([1, 2].map((line) => texts(line)[1])).toEqual(names)
})

test('the next step has the range and the rack of the list', () => {
  show({ rows: [row] }, { rack: 'staging' })
  screen.getByText('rack-gateway policy suggest --since 7d --rack staging')
})

test.each([
  [{ calls: 0 }, {}, /No call was recorded. None of your racks is in observe mode.*POLICY_MODE_<RACK>=observe/],
  [{ calls: 9 }, {}, /none of these calls. None of your racks is in observe mode/],
  [{ calls: 9 }, { observed: ['eu'], rack: 'us' }, /none of these calls. The rack is not in observe mode/],
  [{ calls: 0 }, { observed: ['eu'] }, /Nothing was observed yet. Let the team work as usual/],
  [{ calls: 9 }, { observed: ['eu'], rack: 'eu' }, /none of these calls. If they cover .* an operator can end/],
] as const)('an empty list says what it means and what to do: %j, %j', (changes, shown, text) => {
  show(changes, shown)
  expect(screen.queryByRole('table')).toBeNull()
  expect(screen.queryByText('Next step')).toBeNull()
  expect(document.body.textContent).toMatch(text)
})
