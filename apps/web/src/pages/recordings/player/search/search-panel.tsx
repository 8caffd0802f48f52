import { useNavigate, useSearch } from '@tanstack/react-router'
import { type KeyboardEvent, type Ref, useState } from 'react'
import { TextField } from '../../../../ui/controls/fields.tsx'
import { Stack } from '../../../../ui/layout/stack.tsx'
import { Spinner } from '../../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { durationText } from '../../recording/duration.ts'
import type { Player } from '../engine/player.ts'
import type { RecordingEvents } from '../engine/recording-events.ts'
import { type Match, maxMatches } from '../engine/search-transcript.ts'
import { usePlayerState } from '../hooks/use-player.ts'
import styles from './search-panel.module.css'
import { useTranscriptSearch } from './use-transcript-search.ts'

interface SearchPanelProps {
  readonly player: Player
  readonly recordingEvents: RecordingEvents
  readonly ref: Ref<HTMLDivElement>
}

export function SearchPanel({ player, recordingEvents, ref }: SearchPanelProps) {
  const { q: initialQuery = '' } = useSearch({ from: '/recordings/$recording' })
  const navigate = useNavigate()
  const [query, setQuery] = useState(initialQuery)
  const isLoaded = usePlayerState(player, (state) => state.isLoaded)
  const { matches, isSearching, isLimited } = useTranscriptSearch(player, recordingEvents, query.trim())
  function change(text: string) {
    setQuery(text)
    void navigate({
      to: '.',
      search: (before) => ({ ...before, q: text === '' ? undefined : text }),
      replace: true,
    })
  }
  function onKeyDown(event: KeyboardEvent) {
    const { key, target } = event
    if (key === 'Escape' && target instanceof HTMLElement) {
      // The browser would empty the field.
      event.preventDefault()
      target.blur()
    }
    if (key !== 'Enter') return
    const next = matches.find(({ at }) => at > player.state.position) ?? matches[0]
    if (next !== undefined) player.seek(next.at)
  }
  return (
    <Stack as="section" gap={1} aria-label="Transcript">
      <div ref={ref}>
        <TextField
          label="Search the transcript"
          type="search"
          placeholder="A word or a command  /"
          value={query}
          onChange={change}
          onKeyDown={onKeyDown}
          maxLength={200}
        />
      </div>
      <p className={styles.count} role="status">
        {query.trim() !== '' && (
          <>
            {isSearching && <Spinner label="Searching" />} {countText(matches.length, { isSearching, isLimited })}
            {!isLoaded && ' so far'}
          </>
        )}
      </p>
      {matches.length > 0 && (
        <ol className={styles.matches}>
          {matches.map((match, index) => (
            <li key={`${index}`}>
              <button type="button" className={styles.match} onClick={() => player.seek(match.at)}>
                <span className={styles.time}>{durationText(match.at)}</span>
                <MatchText match={match} query={query.trim()} />
              </button>
            </li>
          ))}
        </ol>
      )}
    </Stack>
  )
}

function countText(count: number, { isSearching, isLimited }: { isSearching: boolean; isLimited: boolean }): string {
  if (isLimited) return `The first ${maxMatches} lines that match`
  if (count === 0) return isSearching ? 'Searching' : 'No line matches'
  return `${count} ${count === 1 ? 'line matches' : 'lines match'}`
}

/** Maximum characters before a match. */
const contextLength = 40

function MatchText({ match: { text, kind }, query }: { readonly match: Match; readonly query: string }) {
  const at = text.toLowerCase().indexOf(query.toLowerCase())
  const from = Math.max(0, at - contextLength)
  const end = at + query.length
  if (at === -1) return <VisibleText>{text.slice(0, 200)}</VisibleText>
  return (
    <span className={styles.text}>
      {kind === 'input' && <span className="soft">typed </span>}
      {from > 0 && '…'}
      <VisibleText>{text.slice(from, at)}</VisibleText>
      <mark>
        <VisibleText>{text.slice(at, end)}</VisibleText>
      </mark>
      <VisibleText>{text.slice(end, end + 160)}</VisibleText>
    </span>
  )
}
