import { Button } from '../../../../ui/controls/button.tsx'
import { CommandLine } from '../../../../ui/controls/command-line.tsx'
import { useAppsSearch } from '../../address/use-apps-search.ts'
import { useApp } from '../address/use-app.ts'
import { listCommand } from '../commands/list-command.ts'

/** One response of the gateway names the creators of at most this many builds or releases. */
const maxRows = 100

export function useNewestLimit(): number {
  return useAppsSearch().search.newest === `${maxRows}` ? maxRows : 20
}

interface NewestRowsProps {
  readonly what: 'builds' | 'releases'
  /** The number of rows in the response of the rack. */
  readonly count: number
}

export function NewestRows({ what, count }: NewestRowsProps) {
  const { rack, app } = useApp()
  const { change } = useAppsSearch()
  const limit = useNewestLimit()
  if (count < limit) return null
  if (limit < maxRows)
    return (
      <p>
        These are the newest {limit} {what}.{' '}
        <Button onPress={() => change({ newest: `${maxRows}` })}>Show the newest {maxRows}</Button>
      </p>
    )
  const command = listCommand({ rack, app, what })
  return (
    <>
      <p>
        These are the newest {limit} {what}.{command !== null && ' The command line shows more:'}
      </p>
      {command !== null && <CommandLine>{command}</CommandLine>}
    </>
  )
}
