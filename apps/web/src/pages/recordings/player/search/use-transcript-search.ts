import { useEffect, useRef, useState } from 'react'
import type { Player } from '../engine/player.ts'
import { type Match, maxMatches, searchTranscript } from '../engine/search-transcript.ts'
import type { Tape } from '../engine/tape.ts'
import { yieldByMessage } from '../engine/time-slices.ts'
import { usePlayerState } from '../use-player.ts'

export interface TranscriptSearch {
  readonly matches: readonly Match[]
  readonly isSearching: boolean
  /** Whether there can be more matches than are shown. */
  readonly isLimited: boolean
}

/** Milliseconds without a key until the search begins. */
const typingPause = 200

/** Searches what is loaded, and all of it again once the recording is loaded. */
export function useTranscriptSearch(player: Player, tape: Tape, query: string): TranscriptSearch {
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  const followed = usePlayerState(player, (state) => (state.isFollowing ? state.duration : 0))
  const [found, setFound] = useState<TranscriptSearch>(nothing)
  const [round, setRound] = useState(0)
  const searchedUpTo = useRef(0)
  useEffect(() => {
    if (query === '') return setFound(nothing)
    setFound((before) => ({ ...before, isSearching: true }))
    const controller = new AbortController()
    const timer = setTimeout(() => void search(controller.signal), typingPause)
    async function search(signal: AbortSignal) {
      searchedUpTo.current = tape.duration
      const matches: Match[] = []
      for await (const more of searchTranscript(tape, query, { yieldToPage: yieldByMessage, signal })) {
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
  }, [tape, query, isLoaded, round])
  // Output that arrives during a search is searched after it, so that each search comes to its end.
  useEffect(() => {
    if (query !== '' && !found.isSearching && followed > searchedUpTo.current) setRound((before) => before + 1)
  }, [query, found, followed])
  return found
}

const nothing: TranscriptSearch = { matches: [], isSearching: false, isLimited: false }
