import { useQuery } from '@tanstack/react-query'
import { Table } from '../../../../ui/table.tsx'
import { Time } from '../../../../ui/time.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RowKeys } from '../../list/row-keys.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { RowLink } from '../row-link.tsx'
import { useApp } from '../use-app.ts'
import { appQuery, releasesQuery } from './release-queries.ts'
import { releaseState } from './release-state.ts'
import { StateBadge } from './state-badge.tsx'

/** The newest releases of the app. */
export function ReleaseList() {
  const { rack, app: name } = useApp()
  const { data: app } = useQuery(appQuery(rack, name))
  return (
    <RackAnswer rack={rack} what="releases" query={releasesQuery(rack, name)}>
      {(releases) => {
        const running = releases.find(({ id }) => id === app?.release) ?? null
        return (
          <RowKeys>
            <Table
              label="Releases"
              isFramed
              rows={releases}
              keyOf={({ id }) => id}
              empty="The app has no release yet. A build creates one."
              columns={[
                { title: 'Release', cell: ({ id }) => <RowLink tab="releases" id={id} isRow /> },
                {
                  title: 'State',
                  cell: (release) => app && <StateBadge state={releaseState(release, app, running)} />,
                },
                { title: 'Created', cell: ({ created }) => created !== null && <Time at={created} kind="relative" /> },
                {
                  title: 'Build',
                  cell: ({ build }) => build !== '' && <RowLink tab="builds" id={build} />,
                  secondary: true,
                },
                { title: 'Description', cell: ({ description }) => <VisibleText>{description}</VisibleText> },
              ]}
            />
          </RowKeys>
        )
      }}
    </RackAnswer>
  )
}
