import { useQuery } from '@tanstack/react-query'
import type { App, Release } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/lists/table.tsx'
import { Time } from '../../../../ui/time/time.tsx'
import { FilteredList } from '../../list/filtered-list.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'
import { ChangeAuthor } from '../items/change-author.tsx'
import { ChangesNote } from '../items/changes-note.tsx'
import { ItemLink } from '../items/item-link.tsx'
import { NewestRows, useNewestLimit } from '../items/newest-rows.tsx'
import { useItemChanges } from '../items/use-item-changes.ts'
import { appQuery, releasesQuery } from './release-queries.ts'
import { releaseState } from './release-state.ts'
import { StateBadge } from './state-badge.tsx'

export function ReleaseList() {
  const { rack, app: name } = useApp()
  const { data: app } = useQuery(appQuery(rack, name))
  const limit = useNewestLimit()
  return (
    <RackResponse rack={rack} what="releases" query={releasesQuery(rack, name, limit)}>
      {(releases) => <ReleaseTable releases={releases} app={app} limit={limit} />}
    </RackResponse>
  )
}

interface ReleaseTableProps {
  readonly releases: readonly Release[]
  /** Undefined until the app is loaded. */
  readonly app: App | undefined
  readonly limit: number
}

function ReleaseTable({ releases, app, limit }: ReleaseTableProps) {
  const running = releases.find(({ id }) => id === app?.release) ?? null
  const changes = useItemChanges({ release: releases.map(({ id }) => id) })
  const changesOf = (id: string) => changes.data?.releases.find(({ release }) => release === id)
  return (
    <>
      <FilteredList
        label="Releases"
        rows={releases}
        textOf={({ id, build, description }) => [
          id,
          build,
          description,
          changesOf(id)?.created?.principal.name ?? '',
          changesOf(id)?.promoted?.principal.name ?? '',
        ]}
        empty="The app has no release yet. A build creates one."
        isPartial={releases.length >= limit}
      >
        {(table) => (
          <Table
            {...table}
            isFramed
            keyOf={({ id }) => id}
            columns={[
              { title: 'Release', cell: ({ id }) => <ItemLink tab="releases" id={id} isRow /> },
              {
                title: 'State',
                cell: (release) =>
                  app && (
                    <StateBadge state={releaseState(release, app, running)} isNewest={release.id === releases[0]?.id} />
                  ),
              },
              { title: 'Created', cell: ({ created }) => created !== null && <Time at={created} kind="relative" /> },
              { title: 'Created by', cell: ({ id }) => changesOf(id)?.created?.principal.name ?? '', secondary: true },
              { title: 'Promoted', cell: ({ id }) => <ChangeAuthor change={changesOf(id)?.promoted} /> },
              {
                title: 'Build',
                cell: ({ build }) => build !== '' && <ItemLink tab="builds" id={build} />,
                secondary: true,
              },
              { title: 'Description', cell: ({ description }) => description, secondary: true },
            ]}
          />
        )}
      </FilteredList>
      <NewestRows what="releases" count={releases.length} />
      <ChangesNote changes={changes} />
    </>
  )
}
