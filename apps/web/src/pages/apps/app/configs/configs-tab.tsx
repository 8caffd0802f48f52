import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readConfigs } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/lists/table.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'

export default function ConfigsTab() {
  const { rack, app } = useApp()
  return (
    <RackResponse rack={rack} what="configs" query={rackQuery(rack, rackPath`/apps/${app}/configs`, readConfigs)}>
      {(configs) => (
        <Table
          label="Configs"
          isFramed
          rows={configs}
          keyOf={({ name }) => name}
          empty="The app has no config."
          columns={[
            { title: 'Config', cell: ({ name }) => name },
            {
              title: 'Value',
              cell: ({ value }) =>
                value === '[hidden]' ? <em>Hidden</em> : <VisibleText as="code">{value}</VisibleText>,
            },
          ]}
        />
      )}
    </RackResponse>
  )
}
