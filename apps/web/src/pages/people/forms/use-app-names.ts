import { queryOptions, useQuery } from '@tanstack/react-query'
import { post } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'

interface AppNames {
  readonly names: readonly string[]
  /** Why the list is empty or incomplete. */
  readonly hint: string | undefined
}

/** The apps of a rack, if the person may list them. The decision is asked first, because a denial would be recorded. */
export function useAppNames(rack: string): AppNames {
  const { racks } = useMe()
  const isRack = racks.includes(rack)
  const decision = useQuery({ ...listDecisionQuery(rack), enabled: isRack })
  const apps = useQuery({ ...rackQuery(rack, rackPath`/apps`, readApps), enabled: isRack && decision.data === true })
  if (!isRack) return { names: [], hint: undefined }
  if (decision.data === false || decision.error || apps.error) return { names: [], hint: noList(rack) }
  if (apps.data === undefined) return { names: [], hint: `Loading the apps of ${rack}` }
  return { names: apps.data.map(({ name }) => name).toSorted(), hint: undefined }
}

function noList(rack: string): string {
  return `The apps of ${rack} cannot be listed. To type a name, choose Advanced.`
}

function listDecisionQuery(rack: string) {
  return queryOptions({
    queryKey: ['decisions', rack, 'GET /apps'],
    async queryFn() {
      const { decisions } = await post('/policy/decisions', { body: { rack, calls: [{ route: 'GET /apps' }] } })
      return decisions[0]?.decision.effect === 'allow'
    },
    staleTime: 60_000,
  })
}
