import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRing, longestPiece } from './ring.ts'
import { RingFeed } from './ring-feed.ts'
import { ThreadRecording } from './thread-recording.ts'

function recording() {
  const said: string[] = []
  const live = {
    hold: () => said.push('hold'),
    resume: () => said.push('resume'),
    end: (why: string) => said.push(why),
  }
  const made = new ThreadRecording({
    session: 0,
    id: 'one',
    mode: 'strict',
    feed: new RingFeed(createRing(4 * longestPiece), () => {}),
    onGap: ({ bytes }) => said.push(`gap of ${bytes} bytes`),
    missed() {},
    whatIsStored: () => Promise.reject(new Error('the store is gone')),
  })
  return { made, said, live }
}

test('a session is held while there is a reason, and resumed when there is none left', () => {
  const { made, said, live } = recording()
  made.attach(live)
  made.holdForRoom(true)
  made.holdForStore(true)
  made.holdForRoom(false)
  expect(said).toEqual(['hold'])
  made.holdForStore(false)
  made.holdForStore(false)
  expect(said).toEqual(['hold', 'resume'])
})

test('what was to be told before the session was there is told it then', () => {
  const { made, said, live } = recording()
  made.holdForStore(true)
  made.onFailure('no more')
  made.onFailure('again')
  made.attach(live)
  expect(said).toEqual(['hold', 'no more'])
})

test('when its thread has ended the session is ended, what is missing is told, and then what is stored', async () => {
  const { made, said, live } = recording()
  made.attach(live)
  made.holdForRoom(true)
  made.onLost(5)
  expect(said).toEqual(['hold', 'resume', expect.stringContaining('what records it has ended')])
  made.take('o', Buffer.from('more'), true)
  const finished = Promise.resolve(made.finish('cut'))
  expect(said.at(-1)).toBe('gap of 9 bytes')
  // Nobody waits for it yet.
  await setImmediate()
  await expect(finished).rejects.toThrow('the store is gone')
})

test('one that had finished when its thread ended has a gap, too', async () => {
  const { made, said, live } = recording()
  made.attach(live)
  const finished = Promise.resolve(made.finish('cut'))
  made.onLost(7)
  expect(said).toEqual(['gap of 7 bytes'])
  await expect(finished).rejects.toThrow('the store is gone')
})
