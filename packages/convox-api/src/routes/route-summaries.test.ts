import { expect, test } from 'vitest'
import { routeSummaries } from './route-summaries.ts'
import { routeIds } from './routes.ts'

test('every route has a summary, and every summary is a sentence that no other route has', () => {
  expect(Object.keys(routeSummaries).sort()).toEqual(routeIds().sort())
  const summaries = Object.values(routeSummaries)
  for (const summary of summaries) expect(summary).toMatch(/^[A-Z].*\.$/)
  expect(new Set(summaries).size).toBe(summaries.length)
})
