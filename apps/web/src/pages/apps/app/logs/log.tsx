import { X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { RackPath } from '../../../../api/rack-data/rack-path.ts'
import { showSessionEndOn401 } from '../../../../api/session-end.ts'
import { Button } from '../../../../ui/controls/button.tsx'
import { Checkbox } from '../../../../ui/controls/checkbox.tsx'
import { FilterField } from '../../../../ui/controls/filter-field.tsx'
import { useRowShortcuts } from '../../../../ui/keyboard/use-row-shortcuts.ts'
import { Stack } from '../../../../ui/layout/stack.tsx'
import listTools from '../../../../ui/lists/list-tools.module.css'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { useAppsSearch } from '../../address/use-apps-search.ts'
import { LogBadge, LogNotice, type LogOfBuild } from './log-connection.tsx'
import type { LogLine } from './log-lines.ts'
import { type LogState, LogStream } from './log-stream.ts'
import { LogView } from './log-view.tsx'
import styles from './logs.module.css'

interface LogProps {
  readonly rack: string
  readonly path: RackPath
  /** The service or process that the log is limited to. */
  readonly source?: string
  readonly build?: LogOfBuild | null
}

export function Log({ rack, path, source, build = null }: LogProps) {
  const { search, change } = useAppsSearch()
  const { q = '', wrap } = search
  const log = useLog(rack, path)
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  /** Null while the page follows the newest lines. */
  const [pausedLines, setPausedLines] = useState<readonly LogLine[] | null>(null)
  const lines = pausedLines ?? log.lines
  const matchingLines = useMemo(() => linesWith(lines, q), [lines, q])
  const isPaused = pausedLines !== null
  const newCount = isPaused ? (log.lines.at(-1)?.number ?? 0) - (pausedLines.at(-1)?.number ?? 0) : 0
  return (
    <Stack gap={2} ref={container}>
      <div className={listTools.tools}>
        <FilterField
          label="Log lines"
          placeholder="Search  /"
          value={q}
          onChange={(text) => change({ q: text }, { replace: true })}
        />
        {source !== undefined && (
          <span className={listTools.limit}>
            Only: <VisibleText>{source}</VisibleText>
            <Button
              kind="quiet"
              aria-label="Show the log of the whole app"
              onPress={() => change({ service: undefined, process: undefined })}
            >
              <X aria-hidden />
            </Button>
          </span>
        )}
        <LogBadge log={log} build={build} />
        <span className="hint">{countText(matchingLines.length, lines.length)}</span>
        <span className={styles.controls}>
          <Checkbox
            label="Wrap lines"
            isSelected={wrap === 'on'}
            onChange={(isSelected) => change({ wrap: isSelected ? 'on' : undefined }, { replace: true })}
          />
          {(isPaused || log.connection === 'open') && (
            <Button onPress={() => setPausedLines(isPaused ? null : log.lines)}>
              {isPaused ? 'Follow' : 'Pause'}
              {newCount > 0 && ` (${newCount.toLocaleString('en')} new)`}
            </Button>
          )}
        </span>
      </div>
      <LogNotice rack={rack} log={log} build={build} />
      <LogView
        lines={matchingLines}
        searchText={q}
        isWrapped={wrap === 'on'}
        isFollowing={!isPaused}
        onScrollUp={() => setPausedLines((before) => before ?? log.lines)}
      />
      {log.droppedCount > 0 && (
        <p className="hint">
          This page keeps the last 10,000 lines. {log.droppedCount.toLocaleString('en')} older lines were dropped.
        </p>
      )}
    </Stack>
  )
}

function linesWith(lines: readonly LogLine[], text: string): readonly LogLine[] {
  if (text === '') return lines
  const searchText = text.toLowerCase()
  return lines.filter((line) => line.text.toLowerCase().includes(searchText))
}

function countText(shown: number, all: number): string {
  const [few, many] = [shown, all].map((count) => count.toLocaleString('en'))
  return shown === all ? `${many} lines` : `${few} of ${many} lines`
}

/** `resume`: reads the log again after it ended or failed. */
function useLog(rack: string, path: RackPath): LogState & { readonly resume: () => void } {
  const log = useMemo(() => new LogStream(rack, path, showSessionEndOn401), [rack, path])
  useEffect(() => {
    log.start()
    return () => log.stop()
  }, [log])
  return { ...useSyncExternalStore(log.subscribe, log.state), resume: () => log.start() }
}
