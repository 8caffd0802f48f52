import { afterEach, expect, test, vi } from 'vitest'
import { followEvents } from './follow-events.ts'

afterEach(() => vi.unstubAllGlobals())

const message = (id: string) =>
  `id: position-${id}\nevent: audit\ndata: ${JSON.stringify({ id, event: { at: '' } })}\n\n`

const gap = 'event: gap\ndata: {"stream":"s","from":3,"to":5}\n\n'

function streamOf(...parts: readonly string[]): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
        controller.close()
      },
    }),
  )
}

const denial = {
  error: 'You lost the permission.',
  code: 'RGW_NOT_PERMITTED',
  rule: 'no-permission',
  reason: 'r',
  next: 'n',
}

test('after a lost connection, it continues after the last position, shows gaps, and ends with a denial', async () => {
  const responses = [
    () => streamOf('retry: 1000\n'),
    () => streamOf('retry: 1000\nid: position-0\n\n'),
    () => streamOf(gap, message('1'), message('2').slice(0, 20)),
    () => new Response('Bad gateway', { status: 502 }),
    () => streamOf(message('2'), 'id: position-2b\n\n'),
    () => Response.json(denial, { status: 403 }),
  ]
  const requests: (string | null)[] = []
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    requests.push(new Headers(init.headers).get('last-event-id'))
    return responses.shift()?.()
  })
  const seen: string[] = []
  const followed = followEvents({
    query: { kind: 'call' },
    signal: new AbortController().signal,
    onOpen: (isResumed) => seen.push(isResumed ? 'resumed' : 'open'),
    onEvent: ({ id }) => seen.push(id),
    onGap: ({ stream, from, to }) => seen.push(`gap ${stream} ${from}-${to}`),
    onLost: (_, delay) => seen.push(`lost for ${delay}`),
    wait: async () => {},
  })
  await expect(followed).rejects.toThrow('You lost the permission.')
  expect(seen).toEqual([
    'open',
    'lost for 1000',
    'open',
    'lost for 1000',
    'resumed',
    'gap s 3-5',
    '1',
    'lost for 1000',
    'lost for 2000',
    'resumed',
    '2',
    'lost for 1000',
  ])
  expect(requests).toEqual([null, null, 'position-0', 'position-1', 'position-1', 'position-2b'])
})
