import { expect, test, vi } from 'vitest'
import { createStreams, type LiveStream } from './live-streams.ts'

function stream(principalId: string, end: LiveStream['end'] = () => {}): LiveStream {
  return { principalId, credential: `credential of ${principalId}`, rack: 'staging', app: 'web', end }
}

test('endWhere ends the streams of one principal with the reason, and no others', () => {
  const streams = createStreams()
  const [ada, bob] = [vi.fn(), vi.fn()]
  streams.add(stream('ada', ada))
  streams.add(stream('ada', ada))
  streams.add(stream('bob', bob))
  expect(streams.endWhere((one) => one.principalId === 'ada', 'token revoked')).toBe(2)
  expect(ada.mock.calls).toEqual([['token revoked'], ['token revoked']])
  expect(bob).not.toHaveBeenCalled()
})

test('a stream that has ended is not ended again', () => {
  const streams = createStreams()
  const end = vi.fn()
  const remove = streams.add(stream('ada', end))
  expect(streams.size).toBe(1)
  remove()
  remove()
  expect([streams.size, streams.endWhere(() => true, 'drain')]).toEqual([0, 0])
  expect(end).not.toHaveBeenCalled()
})

test('a stream that throws does not prevent the end of the others', () => {
  const failed: unknown[] = []
  const streams = createStreams((error) => failed.push(error))
  const end = vi.fn()
  streams.add(
    stream('ada', () => {
      throw new Error('stuck')
    }),
  )
  streams.add(stream('ada', end))
  streams.endWhere(() => true, 'drain')
  expect(end).toHaveBeenCalledOnce()
  expect(failed).toMatchObject([{ message: 'stuck' }])
})

test('end() can add and remove streams', () => {
  const streams = createStreams()
  const remove = streams.add(
    stream('ada', () => {
      remove()
      streams.add(stream('ada'))
    }),
  )
  expect(streams.endWhere(() => true, 'drain')).toBe(1)
  expect(streams.size).toBe(1)
})
