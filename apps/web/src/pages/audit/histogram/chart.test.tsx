// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { resultKinds } from '../list/event-facts.ts'
import { Chart } from './chart.tsx'
import { ResultCount } from './result-count.tsx'

afterEach(cleanup)

const counts = { denied: 5, required: 4, failed: 3, allowed: 2, none: 1 }
const counted = {
  from: '2027-01-31T12:00:00.000Z',
  to: '2027-01-31T12:01:00.000Z',
  width: 60,
  buckets: [{ at: '2027-01-31T12:00:00.000Z', ...counts }],
  total: 15,
  complete: true,
  countedFrom: '2027-01-31T12:00:00.000Z',
}

test('each result has a pattern of its own, and the legend shows the same one', () => {
  const { container } = render(
    <>
      <Chart counted={counted} onRange={() => {}} />
      {resultKinds.map((result) => (
        <ResultCount key={result} result={result} count={counts[result]} />
      ))}
    </>,
  )
  const fills = [...container.querySelectorAll('rect[y][fill]')].map((bar) => bar.getAttribute('fill'))
  const swatches = resultKinds.map((result) =>
    screen
      .getByText(new RegExp(`^${counts[result]} `))
      .querySelector('rect')
      ?.getAttribute('fill'),
  )
  expect(swatches).toEqual(fills)
  const lines = [...container.querySelectorAll('pattern')].map(({ id, lastElementChild }) => [
    `url(#${id})`,
    lastElementChild?.getAttribute('d'),
  ])
  expect(lines.map(([fill]) => fill)).toEqual(fills)
  expect(new Set(lines.map(([, d]) => d)).size).toBe(resultKinds.length)
})
