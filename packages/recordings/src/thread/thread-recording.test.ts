import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRing, maxPieceBytes } from './ring.ts'
import { RingQueue } from './ring-queue.ts'
import { ThreadRecording } from './thread-recording.ts'

function recording() {
  const calls: string[] = []
  const live = {
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    end: (why: string) => calls.push(why),
  }
  const made = new ThreadRecording({
    session: 0,
    id: 'one',
    mode: 'strict',
    queue: new RingQueue(createRing(4 * maxPieceBytes), () => {}),
    onGap: ({ bytes }) => calls.push(`gap of ${bytes} bytes`),
    countLost() {},
    summarizeStored: () => Promise.reject(new Error('the store is gone')),
  })
  return { made, calls, live }
}

test('a session is paused while one of the reasons remains', () => {
  const { made, calls, live } = recording()
  made.attach(live)
  made.pauseForRoom(true)
  made.pauseForStore(true)
  made.pauseForRoom(false)
  expect(calls).toEqual(['pause'])
  made.pauseForStore(false)
  made.pauseForStore(false)
  expect(calls).toEqual(['pause', 'resume'])
})

test('calls from before `attach` are passed on by `attach`', () => {
  const { made, calls, live } = recording()
  made.pauseForStore(true)
  made.onFailure('no more')
  made.onFailure('again')
  made.attach(live)
  expect(calls).toEqual(['pause', 'no more'])
})

test('when the thread ends, a strict session ends, the gap is reported, and then the stored chunks', async () => {
  const { made, calls, live } = recording()
  made.attach(live)
  made.pauseForRoom(true)
  made.onLost(5)
  expect(calls).toEqual(['pause', 'resume', expect.stringContaining('the recording thread failed')])
  made.write('o', Buffer.from('more'), true)
  const finished = Promise.resolve(made.finish('cut'))
  expect(calls.at(-1)).toBe('gap of 9 bytes')
  // Nothing awaits the promise yet.
  await setImmediate()
  await expect(finished).rejects.toThrow('the store is gone')
})

test('a finished recording also gets a gap when its thread ends', async () => {
  const { made, calls, live } = recording()
  made.attach(live)
  const finished = Promise.resolve(made.finish('cut'))
  made.onLost(7)
  expect(calls).toEqual(['gap of 7 bytes'])
  await expect(finished).rejects.toThrow('the store is gone')
})
