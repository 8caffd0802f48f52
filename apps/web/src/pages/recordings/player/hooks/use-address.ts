import { useMatch, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Player } from '../engine/player.ts'

/** Milliseconds between changes of the address. Browsers limit the number of changes. */
const interval = 1_000

/** Keeps the shown second in the address, so that a person can share a link. A followed session has no second. */
export function useAddress(player: Player): void {
  const router = useRouter()
  const navigate = useNavigate()
  const { pathname } = useMatch({ from: '/recordings/$recording' })
  useEffect(() => {
    let lastWritten: number | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    function write() {
      timer = undefined
      // While the next page loads, the player still plays. A write would cancel the link that the person clicked.
      if (router.latestLocation.pathname !== pathname) return
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
  }, [player, pathname, router, navigate])
}
