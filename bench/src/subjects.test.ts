import { expect, test } from 'vitest'
import { subjectNames } from './subject-names.ts'
import { subjectsOfRun } from './subjects.ts'
import { workloads } from './workloads/index.ts'

const only = (name: string) => workloads.filter((workload) => workload.name === name)

test('the compared gateway runs only in a comparison', () => {
  const { comparedDurable, comparedRelaxed, ...others } = subjectNames
  expect(subjectsOfRun(workloads, false)).toEqual(Object.values(others))
  expect(subjectsOfRun(workloads, true)).toEqual(Object.values(subjectNames))
})

test('relaxed gateways run only for reads', () => {
  const { relaxed, comparedRelaxed } = subjectNames
  expect(subjectsOfRun(only('change'), true)).not.toContain(relaxed)
  expect(subjectsOfRun(only('change'), true)).not.toContain(comparedRelaxed)
})
