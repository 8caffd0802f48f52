import { Link } from '@tanstack/react-router'
import { useMe } from '../../../api/queries.ts'
import { rackQuery } from '../../../api/rack-data/queries.ts'
import { rackPath } from '../../../api/rack-data/rack-path.ts'
import { readApps } from '../../../api/rack-data/readers.ts'
import { Card } from '../../../ui/card.tsx'
import { Table } from '../../../ui/table.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { RackAnswer } from '../rack-answer/rack-answer.tsx'
import { AppStatus } from './app-status.tsx'

/** The apps of each rack that the person can use. */
export default function AppsTab() {
  const { racks } = useMe()
  return racks.map((rack) => (
    <Card key={rack} title={rack}>
      <RackAnswer rack={rack} what="apps" query={rackQuery(rack, rackPath`/apps`, readApps)}>
        {(apps) => (
          <Table
            label={`Apps on ${rack}`}
            rows={apps}
            keyOf={({ name }) => name}
            empty="No app."
            columns={[
              {
                title: 'App',
                cell: ({ name }) => (
                  <Link to="/apps/$rack/$app/services" params={{ rack, app: name }}>
                    <VisibleText>{name}</VisibleText>
                  </Link>
                ),
              },
              { title: 'State', cell: ({ status }) => <AppStatus status={status} /> },
              { title: 'Release', cell: ({ release }) => <VisibleText>{release}</VisibleText> },
            ]}
          />
        )}
      </RackAnswer>
    </Card>
  ))
}
