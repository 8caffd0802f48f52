import { rackQuery } from '../../../../api/rack-data/queries.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { readResources } from '../../../../api/rack-data/readers.ts'
import { Table } from '../../../../ui/lists/table.tsx'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { StatusBadge } from '../../list/status-badge.tsx'
import { RackResponse } from '../../rack-response/rack-response.tsx'
import { useApp } from '../address/use-app.ts'

export default function ResourcesTab() {
  const { rack, app } = useApp()
  return (
    <RackResponse rack={rack} what="resources" query={rackQuery(rack, rackPath`/apps/${app}/resources`, readResources)}>
      {(resources) => (
        <Table
          label="Resources"
          isFramed
          rows={resources}
          keyOf={({ name }) => name}
          empty="The app has no resource. Resources are in its convox.yml."
          columns={[
            { title: 'Resource', cell: ({ name }) => name },
            { title: 'Type', cell: ({ type }) => type },
            { title: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
            { title: 'Address', cell: ({ url }) => <VisibleText as="code">{url}</VisibleText> },
          ]}
        />
      )}
    </RackResponse>
  )
}
