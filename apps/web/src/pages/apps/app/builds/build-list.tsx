import type { Build } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/lists/table.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { FilteredList } from '../../list/filtered-list.tsx'
import { StatusBadge } from '../../list/status-badge.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { ChangesNote } from '../items/changes-note.tsx'
import { ItemLink } from '../items/item-link.tsx'
import { NewestRows, useNewestLimit } from '../items/newest-rows.tsx'
import { useItemChanges } from '../items/use-item-changes.ts'
import { buildDurationText } from './build-duration.ts'
import { buildsQuery } from './build-queries.ts'

export function BuildList() {
  const { rack, app } = useApp()
  const limit = useNewestLimit()
  return (
    <RackResponse rack={rack} what="builds" query={buildsQuery(rack, app, limit)}>
      {(builds) => <BuildTable builds={builds} limit={limit} />}
    </RackResponse>
  )
}

function BuildTable({ builds, limit }: { readonly builds: readonly Build[]; readonly limit: number }) {
  const changes = useItemChanges({ build: builds.map(({ id }) => id) })
  const creatorOf = (id: string) =>
    changes.data?.builds.find(({ build }) => build === id)?.created?.principal.name ?? ''
  return (
    <>
      <FilteredList
        label="Builds"
        rows={builds}
        textOf={({ id, status, release, gitSha, description }) => [
          id,
          status,
          release,
          gitSha,
          description,
          creatorOf(id),
        ]}
        empty="The app has no build yet. Run convox build or convox deploy in its directory."
        isPartial={builds.length >= limit}
      >
        {(table) => (
          <Table
            {...table}
            isFramed
            keyOf={({ id }) => id}
            columns={[
              { title: 'Build', cell: ({ id }) => <ItemLink tab="builds" id={id} isRow /> },
              { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
              { title: 'Release', cell: ({ release }) => release !== '' && <ItemLink tab="releases" id={release} /> },
              { title: 'Started', cell: ({ started }) => started !== null && <Time at={started} kind="relative" /> },
              { title: 'Started by', cell: ({ id }) => creatorOf(id), secondary: true },
              { title: 'Duration', cell: buildDurationText, secondary: true },
              { title: 'Commit', cell: ({ gitSha }) => gitSha.slice(0, 7), secondary: true },
              { title: 'Description', cell: ({ description }) => description },
            ]}
          />
        )}
      </FilteredList>
      <NewestRows what="builds" count={builds.length} />
      <ChangesNote changes={changes} />
    </>
  )
}
