import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readProcesses } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/table.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'

/** The processes of the app. */
export default function ProcessesTab() {
  const { rack, app } = useApp()
  return (
    <RackAnswer rack={rack} what="processes" query={rackQuery(rack, rackPath`/apps/${app}/processes`, readProcesses)}>
      {(rows) => (
        <Table
          label="Processes"
          rows={rows}
          keyOf={({ id }) => id}
          empty="None."
          columns={[
            { title: 'Process', cell: ({ id }) => <VisibleText>{id}</VisibleText> },
            { title: 'Service', cell: ({ service }) => <VisibleText>{service}</VisibleText> },
          ]}
        />
      )}
    </RackAnswer>
  )
}
