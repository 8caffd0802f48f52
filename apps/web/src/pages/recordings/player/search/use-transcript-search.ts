import { useEffect, useRef, useState } from 'react'
import type { Player } from '../engine/player.ts'
import type { RecordingEvents } from '../engine/recording-events.ts'
import { type Match, maxMatches, searchTranscript } from '../engine/search-transcript.ts'
import { yieldByMessage } from '../engine/time-slices.ts'
import { usePlayerState } from '../hooks/use-player.ts'

export interface TranscriptSearch {
  readonly matches: readonly Match[]
  readonly isSearching: boolean
  /** Whether there can be more matches than are shown. */
  readonly isLimited: boolean
}

/** Milliseconds without a key until the search begins. */
const typingPause = 200

/** Searches the loaded part, and the whole recording once it is loaded. */
export function useTranscriptSearch(player: Player, recordingEvents: RecordingEvents, query: string): TranscriptSearch {
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  const followedDuration = usePlayerState(player, (state) => (state.isFollowing ? state.duration : 0))
  const [result, setResult] = useState<TranscriptSearch>(noMatches)
  const [round, setRound] = useState(0)
  const searchedUpTo = useRef(0)
  useEffect(() => {
    if (query === '') return setResult(noMatches)
    setResult((before) => ({ ...before, isSearching: true }))
    const controller = new AbortController()
    const timer = setTimeout(() => void search(controller.signal), typingPause)
    async function search(signal: AbortSignal) {
      searchedUpTo.current = recordingEvents.duration
      const matches: Match[] = []
      for await (const more of searchTranscript(recordingEvents, query, { yieldToPage: yieldByMessage, signal })) {
        if (signal.aborted) return
        matches.push(...more)
        if (more.length > 0) setResult({ matches: [...matches], isSearching: true, isLimited: false })
      }
      if (!signal.aborted) setResult({ matches, isSearching: false, isLimited: matches.length === maxMatches })
    }
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [recordingEvents, query, isLoaded, round])
  // Output that arrives during a search is searched afterwards. Otherwise, a search might never end.
  useEffect(() => {
    if (query !== '' && !result.isSearching && followedDuration > searchedUpTo.current) setRound((before) => before + 1)
  }, [query, result, followedDuration])
  return result
}

const noMatches: TranscriptSearch = { matches: [], isSearching: false, isLimited: false }
