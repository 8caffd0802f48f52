import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readReleases } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/table.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'

/** The latest releases of the app. */
export default function ReleasesTab() {
  const { rack, app } = useApp()
  return (
    <RackAnswer
      rack={rack}
      what="releases"
      query={rackQuery(rack, rackPath`/apps/${app}/releases?limit=20`, readReleases)}
    >
      {(rows) => (
        <Table
          label="Releases"
          rows={rows}
          keyOf={({ id }) => id}
          empty="None."
          columns={[
            { title: 'Release', cell: ({ id }) => <VisibleText>{id}</VisibleText> },
            { title: 'Build', cell: ({ build }) => <VisibleText>{build}</VisibleText> },
            { title: 'Description', cell: ({ description }) => <VisibleText>{description}</VisibleText> },
          ]}
        />
      )}
    </RackAnswer>
  )
}
