import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readResources } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/table.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'

/** The resources of the app. */
export default function ResourcesTab() {
  const { rack, app } = useApp()
  return (
    <RackAnswer rack={rack} what="resources" query={rackQuery(rack, rackPath`/apps/${app}/resources`, readResources)}>
      {(rows) => (
        <Table
          label="Resources"
          rows={rows}
          keyOf={({ name }) => name}
          empty="None."
          columns={[
            { title: 'Resource', cell: ({ name }) => <VisibleText>{name}</VisibleText> },
            { title: 'Type', cell: ({ type }) => <VisibleText>{type}</VisibleText> },
            { title: 'Status', cell: ({ status }) => <VisibleText>{status}</VisibleText> },
          ]}
        />
      )}
    </RackAnswer>
  )
}
