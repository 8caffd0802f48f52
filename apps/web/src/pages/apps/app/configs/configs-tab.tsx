import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readConfigs } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/table.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { RackAnswer } from '../../rack-answer/rack-answer.tsx'
import { useApp } from '../use-app.ts'

/** The configs of the app. */
export default function ConfigsTab() {
  const { rack, app } = useApp()
  return (
    <RackAnswer rack={rack} what="configs" query={rackQuery(rack, rackPath`/apps/${app}/configs`, readConfigs)}>
      {(rows) => (
        <Table
          label="Configs"
          rows={rows}
          keyOf={({ name }) => name}
          empty="None."
          columns={[
            { title: 'Config', cell: ({ name }) => <VisibleText>{name}</VisibleText> },
            { title: 'Value', cell: ({ value }) => <VisibleText>{value}</VisibleText> },
          ]}
        />
      )}
    </RackAnswer>
  )
}
