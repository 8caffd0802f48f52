import { Button } from '../../../ui/button.tsx'
import { CommandLine } from '../../../ui/command-line.tsx'
import { useAppsSearch } from '../use-apps-search.ts'
import { listCommand } from './list-command.ts'
import { useApp } from './use-app.ts'

/** The largest number of rows. One response of the gateway does not name the creators of more rows. */
const maxRows = 100

/** How many of the newest rows a list asks its rack for. */
export function useNewestLimit(): number {
  return useAppsSearch().search.newest === `${maxRows}` ? maxRows : 20
}

interface NewestRowsProps {
  readonly what: 'builds' | 'releases'
  /** How many rows the rack answered with. */
  readonly count: number
}

/** Says that older rows can be missing, and how to see them. */
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
