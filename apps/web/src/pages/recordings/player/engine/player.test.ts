import { afterEach, describe, expect, test, vi } from 'vitest'
import { Keyframes } from './keyframes.ts'
import { loadRecording } from './load-recording.ts'
import { Player, type PlayerOptions } from './player.ts'
import { RecordingEvents } from './recording-events.ts'
import { bodyOf, castText, eventsOf, type Line, noYield } from './testing/casts.ts'
import { type Screen, VirtualTerminal } from './virtual-terminal.ts'

const players: Player[] = []
afterEach(() => {
  for (const player of players.splice(0)) player.close()
})

/** A player whose frames come when the test says so. */
function create(options: Partial<PlayerOptions> = {}) {
  const recordingEvents = new RecordingEvents()
  const keyframes = new Keyframes()
  let now = 0
  let nextFrame: ((now: number) => void) | null = null
  const frame = () =>
    new Promise<number>((resolve) => {
      nextFrame = resolve
    })
  const player = new Player({
    recordingEvents,
    keyframes,
    yieldToPage: noYield,
    frame,
    startAt: 0,
    follows: false,
    ...options,
  })
  players.push(player)
  void player.run()
  /** Shows the frame that the player waits for, if there is one. */
  function offerFrame(): void {
    const show = nextFrame
    nextFrame = null
    show?.(now)
  }
  const until = (check: () => void) => vi.waitFor(check, { interval: 1, timeout: 30_000 })
  async function showFrame(): Promise<void> {
    await until(() => expect(nextFrame).not.toBeNull())
    offerFrame()
  }
  return {
    player,
    hasFrame: () => nextFrame !== null,
    offerFrame,
    async load(body: ReadableStream<Uint8Array>) {
      const end = await loadRecording({
        body,
        recordingEvents,
        keyframes,
        yieldToPage: noYield,
        signal: new AbortController().signal,
        onHeader: (header) => player.onHeader(header),
        onMarker: (marker) => player.onMarker(marker),
        onProgress: () => player.onProgress(),
      })
      player.onLoaded(end)
    },
    showFrame,
    /** Shows a frame now, which does not change the position, and then a frame after each 100 ms. */
    async pass(milliseconds: number) {
      for (let passed = 0; passed <= milliseconds && player.state.isPlaying; passed += 100) {
        await until(() => expect(nextFrame !== null || !player.state.isPlaying).toBe(true))
        offerFrame()
        now += 100
      }
      now -= 100
    },
    /** Shows frames until the seek is over. */
    settle: () =>
      until(() => {
        offerFrame()
        expect(player.state.seekingTo).toBeNull()
      }),
  }
}

const esc = '\u001b'

const textOf = (screen: Screen | null) =>
  screen?.rows
    .map(({ runs }) => runs.map(({ text }) => text).join(''))
    .join('\n')
    .trimEnd()

const counting: readonly Line[] = Array.from({ length: 100 }, (_, n) => [0.1, 'o', `\r${n}`])

async function counted(options: Partial<PlayerOptions> = {}) {
  const created = create(options)
  await created.load(bodyOf(castText([...counting, [0, 'v', 'complete']])))
  return created
}

test('output appears at its time, at the chosen speed', async () => {
  const { player, pass } = await counted()
  await pass(1_000)
  await vi.waitFor(() => expect([player.state.position, textOf(player.state.screen)]).toEqual([1_000, '9']))
  player.changeSpeed(1)
  await pass(1_000)
  await vi.waitFor(() => expect(player.state.position).toBeGreaterThanOrEqual(2_800))
  expect(textOf(player.state.screen)).toBe(`${player.state.position / 100 - 1}`)
})

test('it stops at the end, and begins again', async () => {
  const { player, pass, hasFrame, settle } = await counted({ startAt: 9_800 })
  await settle()
  await pass(400)
  await vi.waitFor(() => expect(player.state).toMatchObject({ position: 10_000, isPlaying: false }))
  expect(hasFrame()).toBe(false)
  player.play()
  await settle()
  expect(player.state).toMatchObject({ position: 0, isPlaying: true })
})

test('while it is stopped, no frame is asked for', async () => {
  const { player, showFrame, offerFrame, hasFrame } = await counted()
  await showFrame()
  player.stop()
  offerFrame()
  await vi.waitFor(() => expect(hasFrame()).toBe(false))
  player.toggle()
  await showFrame()
})

test('long pauses are skipped, unless they are to be shown', async () => {
  const lines: readonly Line[] = [
    [0, 'o', 'a'],
    [600, 'o', 'b'],
    [600, 'o', 'c'],
  ]
  const { player, load, pass } = create()
  await load(bodyOf(castText(lines)))
  await pass(2_100)
  await vi.waitFor(() => expect(textOf(player.state.screen)).toBe('ab'))
  player.toggleIdle()
  const { position } = player.state
  await pass(3_000)
  await vi.waitFor(() => expect(player.state.position).toBeGreaterThanOrEqual(position + 2_900))
  expect(player.state.position).toBeLessThan(610_000)
})

test('after a seek into a pause, playing continues from the target', async () => {
  const { player, load, settle, pass } = create({ startAt: 300_000 })
  await load(
    bodyOf(
      castText([
        [0, 'o', 'a'],
        [600, 'o', 'b'],
      ]),
    ),
  )
  await settle()
  await pass(1_000)
  await vi.waitFor(() => expect(player.state.position).toBe(301_000))
})

test('markers have a limit', () => {
  const { player } = create()
  for (let n = 0; n < 2_000; n++) player.onMarker({ at: n, text: 'gap: again', isGap: true })
  expect(player.state.markers).toHaveLength(1_000)
})

describe('a seek', () => {
  /** The screen at any time depends on all earlier output. */
  const long: readonly Line[] = Array.from({ length: 3_000 }, (_, n) => [
    0.1,
    'o',
    `${esc}[${(n % 5) + 1};${(n % 20) + 1}H${esc}[3${n % 8}m${n}${'\u0000'.repeat(70)}`,
  ])
  function expectedAt(time: number): Screen {
    const terminal = new VirtualTerminal({ cols: 20, rows: 5 })
    for (const event of eventsOf(long)) if (event.at <= time) terminal.apply(event)
    return terminal.screen()
  }

  test('shows the same screen as a replay from the start, forward and backward', async () => {
    const { player, load, settle } = create()
    await load(bodyOf(castText(long), 10_000))
    player.stop()
    for (const time of [250_000, 249_900, 10, 120_050, 299_950, 300_000, 0, 180_000]) {
      player.seek(time)
      await settle()
      expect([player.state.position, player.state.screen]).toEqual([time, expectedAt(time)])
    }
  })

  test('does not read from the start', async () => {
    const read = vi.spyOn(RecordingEvents.prototype, 'read')
    const { player, load, settle } = create()
    await load(bodyOf(castText(long), 10_000))
    player.seek(299_000)
    await settle()
    player.seek(200_000)
    await settle()
    const segments = read.mock.calls.map(([segment]) => segment)
    expect(segments.length).toBeLessThanOrEqual(3)
    expect(Math.min(...segments.slice(-2))).toBeGreaterThan(1)
  })

  test('replaces an unfinished seek', async () => {
    const { player, load, settle } = create({ yieldToPage: () => new Promise((resolve) => setTimeout(resolve)) })
    await load(bodyOf(castText(long), 10_000))
    player.stop()
    for (const time of [290_000, 5_000, 150_000]) player.seek(time)
    await settle()
    expect([player.state.position, player.state.screen]).toEqual([150_000, expectedAt(150_000)])
  })

  test('to a time that is not loaded waits for it', async () => {
    const { player, load, hasFrame, settle } = create({ startAt: 9_000 })
    let more: ReadableStreamDefaultController<Uint8Array> | undefined
    const text = castText(counting)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        more = controller
      },
    })
    const loaded = load(body)
    const half = text.indexOf('49')
    more?.enqueue(new TextEncoder().encode(text.slice(0, half)))
    await vi.waitFor(() => expect(player.state.duration).toBe(4_900))
    expect([hasFrame(), player.state.seekingTo]).toEqual([false, 9_000])
    more?.enqueue(new TextEncoder().encode(text.slice(half)))
    more?.close()
    await settle()
    expect(textOf(player.state.screen)).toBe('89')
    await loaded
  })

  test('beyond the end leads to the end', async () => {
    const { player, settle } = await counted({ startAt: 99_000_000 })
    await settle()
    expect(player.state.position).toBe(10_000)
  })
})

test('a running session is followed until a seek', async () => {
  const { player, load, showFrame, settle } = create({ follows: true })
  let more: ReadableStreamDefaultController<Uint8Array> | undefined
  const send = (text: string) => more?.enqueue(new TextEncoder().encode(text))
  const loaded = load(
    new ReadableStream<Uint8Array>({
      start(controller) {
        more = controller
      },
    }),
  )
  send(castText([[1, 'o', 'first ']]))
  await showFrame()
  await vi.waitFor(() => expect(textOf(player.state.screen)).toBe('first'))
  send('[60,"o","second "]\n')
  await showFrame()
  await vi.waitFor(() => expect(player.state.position).toBe(61_000))
  // This event has the same time as the second one.
  send('[0,"o","third"]\n')
  await showFrame()
  await vi.waitFor(() => expect(textOf(player.state.screen)).toBe('first second third'))
  player.seekBy(-5_000)
  await settle()
  expect(player.state).toMatchObject({ isFollowing: false, isPlaying: true, position: 56_000 })
  player.follow()
  await showFrame()
  await vi.waitFor(() => expect(player.state).toMatchObject({ isFollowing: true, position: 61_000 }))
  send('[1,"m","left: the session ended"]\n[0,"v","complete"]\n')
  await loaded
  expect(player.state).toMatchObject({ end: 'complete', isFollowing: false })
})
