import type { Build } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/table.tsx'
import { Time } from '../../../../ui/time.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { AppStatus } from '../../list/app-status.tsx'
import { RowKeys } from '../../list/row-keys.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { ChangesNote } from '../changes-note.tsx'
import { NewestRows, useNewestLimit } from '../newest-rows.tsx'
import { RowLink } from '../row-link.tsx'
import { useApp } from '../use-app.ts'
import { useLastChanges } from '../use-last-changes.ts'
import { buildsQuery } from './build-queries.ts'
import { durationText } from './duration.ts'

/** The newest builds of the app. */
export function BuildList() {
  const { rack, app } = useApp()
  const limit = useNewestLimit()
  return (
    <RackAnswer rack={rack} what="builds" query={buildsQuery(rack, app, limit)}>
      {(builds) => (
        <RowKeys>
          <BuildTable builds={builds} />
        </RowKeys>
      )}
    </RackAnswer>
  )
}

function BuildTable({ builds }: { readonly builds: readonly Build[] }) {
  const changes = useLastChanges({ build: builds.map(({ id }) => id) })
  const creatorOf = (id: string) =>
    changes.data?.builds.find(({ build }) => build === id)?.created?.principal.name ?? ''
  return (
    <>
      <Table
        label="Builds"
        isFramed
        rows={builds}
        keyOf={({ id }) => id}
        empty="The app has no build yet. Run convox build or convox deploy in its directory."
        columns={[
          { title: 'Build', cell: ({ id }) => <RowLink tab="builds" id={id} isRow /> },
          { title: 'Status', cell: ({ status }) => <AppStatus status={status} /> },
          { title: 'Release', cell: ({ release }) => release !== '' && <RowLink tab="releases" id={release} /> },
          { title: 'Started', cell: ({ started }) => started !== null && <Time at={started} kind="relative" /> },
          { title: 'Started by', cell: ({ id }) => <VisibleText>{creatorOf(id)}</VisibleText>, secondary: true },
          { title: 'Duration', cell: durationText, secondary: true },
          {
            title: 'Commit',
            cell: ({ gitSha }) => <VisibleText>{gitSha.slice(0, 7)}</VisibleText>,
            secondary: true,
          },
          { title: 'Description', cell: ({ description }) => <VisibleText>{description}</VisibleText> },
        ]}
      />
      <NewestRows what="builds" count={builds.length} />
      <ChangesNote changes={changes} />
    </>
  )
}
