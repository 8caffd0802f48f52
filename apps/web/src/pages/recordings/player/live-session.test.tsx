// @vitest-environment happy-dom
import type { Recording } from '@rack-gateway/gateway-api'
import { cleanup, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { NoResponse } from '../../../api/errors/api-error.ts'
import { Controls } from './controls.tsx'
import { bodyOf, castText } from './engine/testing/casts.ts'
import { usePlayer } from './hooks/use-player.ts'

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

/** Opens a session that runs, shows the controls, and waits until its stream has ended. */
async function follow(body: ReadableStream<Uint8Array>) {
  const fetched = vi.fn(async () => new Response(body))
  vi.stubGlobal('fetch', fetched)
  const onSessionEnd = vi.fn()
  const recording = { id: 'R1', endedAt: null } as Recording
  const hook = renderHook(() => usePlayer(recording, { startAt: 0, onSessionEnd }))
  await waitFor(() => expect(hook.result.current.openPlayer?.player.state.isLoaded).toBe(true))
  const { openPlayer, error, retry } = hook.result.current
  if (openPlayer === null) throw new Error('the player did not open')
  render(<Controls player={openPlayer.player} isLive={error === null} onReconnect={retry} />)
  return { fetched, onSessionEnd, error }
}

test.each(['complete', 'cut'])('after the end %s, the session has ended', async (end) => {
  const { onSessionEnd } = await follow(bodyOf(castText([[0, 'v', end]])))
  expect(onSessionEnd).toHaveBeenCalledOnce()
  screen.getByText('The session has ended')
})

test.each([
  ['the gateway stops', castText([[0, 'v', 'open']])],
  ['the connection is closed', castText([[0, 'o', '$ ']])],
])('when %s, the session has not ended, and the person can reconnect', async (_, text) => {
  const { fetched, onSessionEnd } = await follow(bodyOf(text))
  expect(onSessionEnd).not.toHaveBeenCalled()
  expect(screen.queryByText('The session has ended')).toBeNull()
  fireEvent.click(screen.getByRole('button', { name: 'Reconnect' }))
  await waitFor(() => expect(fetched).toHaveBeenCalledTimes(2))
})

test('when the network breaks, the session has not ended, and the error is NoResponse', async () => {
  const text = new TextEncoder().encode(castText([[0, 'o', '$ ']]))
  let pulls = 0
  const { onSessionEnd, error } = await follow(
    new ReadableStream({
      pull(controller) {
        if (pulls++ === 0) controller.enqueue(text)
        else controller.error(new TypeError('network error'))
      },
    }),
  )
  expect(error).toBeInstanceOf(NoResponse)
  expect(onSessionEnd).not.toHaveBeenCalled()
  expect(screen.queryByText('The session has ended')).toBeNull()
})
