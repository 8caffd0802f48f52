import { Button } from '../../../ui/button.tsx'
import { CommandLine } from '../../../ui/command-line.tsx'
import { useAppsSearch } from '../use-apps-search.ts'
import { listCommand } from './list-command.ts'
import { useApp } from './use-app.ts'

/** The gateway says of at most so many builds or releases at once who made them. */
const most = 100

/** How many of the newest rows a list asks its rack for. */
export function useNewestLimit(): number {
  return useAppsSearch().search.newest === `${most}` ? most : 20
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
  if (limit < most)
    return (
      <p>
        These are the newest {limit} {what}.{' '}
        <Button onPress={() => change({ newest: `${most}` })}>Show the newest {most}</Button>
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
