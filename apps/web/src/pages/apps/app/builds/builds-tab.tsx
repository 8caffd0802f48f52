import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readBuilds } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/table.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'

/** The latest builds of the app. */
export default function BuildsTab() {
  const { rack, app } = useApp()
  return (
    <RackAnswer rack={rack} what="builds" query={rackQuery(rack, rackPath`/apps/${app}/builds?limit=20`, readBuilds)}>
      {(rows) => (
        <Table
          label="Builds"
          rows={rows}
          keyOf={({ id }) => id}
          empty="None."
          columns={[
            { title: 'Build', cell: ({ id }) => <VisibleText>{id}</VisibleText> },
            { title: 'Status', cell: ({ status }) => <VisibleText>{status}</VisibleText> },
            { title: 'Description', cell: ({ description }) => <VisibleText>{description}</VisibleText> },
          ]}
        />
      )}
    </RackAnswer>
  )
}
