import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Player } from './engine/player.ts'

/** Milliseconds between changes of the address. Browsers limit how many a page can make. */
const interval = 1_000

/** Keeps the second that is shown in the address, so that it can be sent. A followed session has none. */
export function useAddress(player: Player, recording: string): void {
  const navigate = useNavigate({ from: '/recordings/$recording' })
  useEffect(() => {
    let written: number | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    function write() {
      timer = undefined
      const { position, isFollowing, seekingTo } = player.state
      const t = isFollowing ? undefined : Math.floor((seekingTo ?? position) / 1_000)
      if (t === written) return
      written = t
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
