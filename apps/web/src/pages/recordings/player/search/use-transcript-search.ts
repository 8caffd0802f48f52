import { useEffect, useState } from 'react'
import type { Player } from '../engine/player.ts'
import { type Match, maxMatches, searchTranscript } from '../engine/search-transcript.ts'
import type { Tape } from '../engine/tape.ts'
import { pauseByMessage } from '../engine/time-slices.ts'
import { usePlayerState } from '../use-player.ts'

export interface TranscriptSearch {
  readonly matches: readonly Match[]
  readonly isSearching: boolean
  /** Whether there can be more matches than are shown. */
  readonly isLimited: boolean
}

/** Milliseconds without a key until the search begins. */
const typingPause = 200

/** Searches the whole tape for a text. While the recording loads, it waits, so that no part is left out. */
export function useTranscriptSearch(player: Player, tape: Tape, query: string): TranscriptSearch {
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  // A change of the length begins a new search, so that new output of a session that runs is searched.
  const length = usePlayerState(player, (state) => (state.isFollowing ? state.duration : 0))
  const canSearch = isLoaded || length > 0
  const [found, setFound] = useState<TranscriptSearch>(nothing)
  useEffect(() => {
    if (query === '') return setFound(nothing)
    setFound((before) => ({ ...before, isSearching: true }))
    if (!canSearch) return
    const controller = new AbortController()
    const timer = setTimeout(() => void search(controller.signal), typingPause)
    async function search(signal: AbortSignal) {
      const matches: Match[] = []
      for await (const more of searchTranscript(tape, query, { pause: pauseByMessage, signal })) {
        if (signal.aborted) return
        matches.push(...more)
        if (more.length > 0) setFound({ matches: [...matches], isSearching: true, isLimited: false })
      }
      if (!signal.aborted) setFound({ matches, isSearching: false, isLimited: matches.length === maxMatches })
    }
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [tape, query, canSearch, length])
  return found
}

const nothing: TranscriptSearch = { matches: [], isSearching: false, isLimited: false }
