import { expect, test } from 'vitest'
import { createBackgroundWriter } from './background-writer.ts'

function processOf(answer: object) {
  const asked: object[] = []
  const ask = async (question: object) => {
    asked.push(question)
    return 'rest' in question ? answer : {}
  }
  return { asked, process: { url: '', pids: [], cpuMicros: async () => 0, ask, stop: async () => {} } }
}

const drafts = [{ kind: 'call' as const }]

test('the achieved rate stands beside the wanted one', async () => {
  const { process, asked } = processOf({ written: 90, seconds: 2 })
  const writer = createBackgroundWriter(process)
  await writer.start({ perSecond: 50, drafts }, 8)
  expect(await writer.stop()).toEqual({ wanted: 50, achieved: 45 })
  expect(asked[0]).toEqual({ write: { drafts, perSecond: 50, lanes: 8 } })
})

test('where nothing was recorded, nothing is written', async () => {
  const { process, asked } = processOf({})
  const writer = createBackgroundWriter(process)
  await writer.start({ perSecond: 0, drafts: [] }, 8)
  expect(await writer.stop()).toEqual({ wanted: 0, achieved: 0 })
  expect(asked).toEqual([{ rest: true }])
})

test('a failed record ends the run', async () => {
  const writer = createBackgroundWriter(processOf({ failed: 'no disk' }).process)
  await expect(writer.stop()).rejects.toThrow('no disk')
})
