import { expect, test } from 'vitest'
import { createBackgroundWriter } from './background-writer.ts'
import { subjectProcess } from './testing/subject-process.ts'

function processOf(response: object) {
  const asked: object[] = []
  const ask = async (question: object) => {
    asked.push(question)
    return 'stop' in question ? response : {}
  }
  return { asked, process: subjectProcess({ ask }) }
}

const drafts = [{ kind: 'call' as const }]

test('the achieved rates are reported with the requested ones', async () => {
  const { process, asked } = processOf({ records: 90, commits: 9, seconds: 2 })
  const writer = createBackgroundWriter(process)
  await writer.start({ recordsPerSecond: 50, commitsPerSecond: 10, drafts })
  expect(await writer.stop()).toEqual({
    records: { wanted: 50, achieved: 45 },
    commits: { wanted: 10, achieved: 4.5 },
  })
  expect(asked[0]).toEqual({ write: { drafts, perSecond: 50, recordsPerCommit: 5 } })
})

test('without recorded events, no event is written', async () => {
  const { process, asked } = processOf({})
  const writer = createBackgroundWriter(process)
  await writer.start({ recordsPerSecond: 0, commitsPerSecond: 0, drafts: [] })
  expect((await writer.stop()).records).toEqual({ wanted: 0, achieved: 0 })
  expect(asked).toEqual([{ stop: true }])
})

test('a failed record ends the run', async () => {
  const writer = createBackgroundWriter(processOf({ failed: 'no disk' }).process)
  await expect(writer.stop()).rejects.toThrow('no disk')
})
