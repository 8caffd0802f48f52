import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Player } from './engine/player.ts'

/** Milliseconds between changes of the address. Browsers limit how many a page can make. */
const interval = 1_000

/** The address contains the shown second, so that a person can share it, except while a session is followed. */
export function useAddress(player: Player, recording: string): void {
  const navigate = useNavigate({ from: '/recordings/$recording' })
  useEffect(() => {
    let lastWritten: number | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    function write() {
      timer = undefined
      const { position, isFollowing, seekingTo } = player.state
      const t = isFollowing ? undefined : Math.floor((seekingTo ?? position) / 1_000)
      if (t === lastWritten) return
      lastWritten = t
      void navigate({
        to: '.',
        search: ({ t: _, at: __, ...before }) => ({ ...before, ...(t !== undefined && { t }) }),
        replace: true,
      })
    }
    const stop = player.subscribe(() => {
      timer ??= setTimeout(write, interval)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [player, recording, navigate])
}
